"""The dialler: a number, by which profile it is called, and who was called lately."""

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from centrala.conversations.access import conversations_of
from centrala.conversations.models import Conversation
from centrala.desk.views import UNPROCESSABLE, page
from centrala.dialling.access import usable_by
from centrala.dialling.actions import dial
from centrala.dialling.models import Profile
from centrala.dialling.queries import countries_led_to, recently_dialled
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, staff_only
from centrala.organization.forms import explain
from centrala.organization.models import User

LONGEST = 40
KEYS = [*"123456789", "*", "0", "#"]


class DialForm(forms.Form):
    number = forms.CharField(
        label=_("Number to call"),
        max_length=LONGEST,
        help_text=_(
            "With its country code, as +48 600 100 200, or as it is dialled in the country of the caller number."
        ),
        widget=forms.TextInput({"inputmode": "tel", "type": "tel", "autocomplete": "off", "class": "words"}),
    )
    profile = forms.ModelChoiceField(
        label=_("Call by"), queryset=Profile.objects.none(), required=False, empty_label=_("The first that may")
    )
    returns = forms.ModelChoiceField(  # the call that is returned
        queryset=Conversation.objects.none(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: QueryDict | None, *, user: User, number: str = "", returns: str = "") -> None:
        super().__init__(data, initial={"number": number, "returns": returns})
        self.fields["returns"].queryset = conversations_of(user)  # type: ignore[attr-defined]
        usable = usable_by(user)
        self.fields["profile"].queryset = usable  # type: ignore[attr-defined]
        if usable.count() < 2:
            del self.fields["profile"]


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def dialler(request: StaffRequest) -> HttpResponse:
    given = request.POST if request.method == "POST" else None
    asked = {name: request.GET.get(name, "")[:LONGEST] for name in ("number", "returns")}
    form = DialForm(given, user=request.user, **asked)
    if form.is_valid():
        try:
            call = dial(agent=request.user, **form.cleaned_data)
        except Refused as refused:
            explain(form, refused)
        else:
            return redirect("desk:conversation", call.conversation_id)
    shown = {
        "form": form,
        "keys": KEYS,
        "countries": countries_led_to(usable_by(request.user)),
        "recent": recently_dialled(request.user),
    }
    return page(request, None, part="desk/_dial.html", status=UNPROCESSABLE if form.errors else 200, **shown)
