"""A colleague, or a number outside, is asked into a call: choosing whom, and what becomes of it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centrala.calls import consulting
from centrala.calls.access import enquiries_of
from centrala.calls.models import Consultation
from centrala.conversations.models import Conversation
from centrala.desk.dialler import LONGEST
from centrala.desk.transferring import named
from centrala.desk.views import UNPROCESSABLE, find, page
from centrala.desk.work import noted, refused
from centrala.dialling.access import usable_by
from centrala.dialling.asking import ask_outside
from centrala.dialling.models import Profile
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, staff_only
from centrala.organization.forms import explain
from centrala.organization.models import User
from centrala.organization.posting import post_only

Answer = Callable[..., Conversation]  # of calls.consulting, by keyword


class ConsultForm(forms.Form):
    """A colleague or, of whoever may call out, a number outside."""

    colleague = forms.ChoiceField(label=gettext_lazy("Whom do you ask?"), required=False)
    number = forms.CharField(
        label=gettext_lazy("Or a number outside"),
        required=False,
        max_length=LONGEST,
        help_text=gettext_lazy(
            "With its country code, as +48 600 100 200, or as it is dialled in the country of the caller number."
        ),
        widget=forms.TextInput({"inputmode": "tel", "type": "tel", "autocomplete": "off", "class": "words"}),
    )
    profile = forms.ModelChoiceField(
        label=gettext_lazy("Call by"),
        queryset=Profile.objects.none(),
        required=False,
        empty_label=gettext_lazy("The first that may"),
    )

    def __init__(self, *arguments: Any, user: User) -> None:
        super().__init__(*arguments)
        self._people = {str(person.pk): person for person in User.objects.working().exclude(pk=user.pk)}
        choices = [("", _("Choose a person")), *named(self._people)]
        self.fields["colleague"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        usable = usable_by(user)
        self.fields["profile"].queryset = usable  # type: ignore[attr-defined]
        profiles = usable.count()
        if profiles < 1:
            del self.fields["number"]
        if profiles < 2:
            del self.fields["profile"]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.errors and bool(told.get("colleague")) == bool(told.get("number")):
            self.add_error("colleague", _("Choose whom you ask: one person, or one number."))
        return told

    @property
    def act(self) -> Callable[..., object]:
        """Whom to ask."""
        told = self.cleaned_data
        if number := told.get("number"):
            return partial(ask_outside, number=number, profile=told.get("profile"))
        return partial(consulting.consult, colleague=self._people[told["colleague"]])


@staff_only
def consult(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    found = find(request, conversation_id)
    form = ConsultForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            form.act(conversation=found, user=request.user)
        except Refused as no:
            explain(form, no)
        else:
            return redirect("desk:conversation", conversation_id)
    return page(request, found, part="desk/_consult.html", form=form, status=UNPROCESSABLE if form.errors else 200)


@staff_only
@post_only
def answer(request: StaffRequest, asked_id: int, act: Answer) -> HttpResponse:
    """One of the moves that ask nothing more: see urls. Whose they are, the act itself knows."""
    asked = get_object_or_404(Consultation.objects.select_related("call"), pk=asked_id)
    try:
        conversation = act(consultation=asked, user=request.user)
    except Refused as no:
        return refused(request, None, no)
    return noted(request) if act == consulting.decline else redirect("desk:conversation", conversation.pk)


@staff_only
@post_only
def answer_outside(request: StaffRequest, enquiry_id: UUID, act: Answer) -> HttpResponse:
    """The same of a number outside."""
    enquiry = get_object_or_404(enquiries_of(request.user), pk=enquiry_id)
    try:
        conversation = act(enquiry=enquiry, user=request.user)
    except Refused as no:
        return refused(request, None, no)
    return redirect("desk:conversation", conversation.pk)
