"""Add your own number: one of an own carrier, added, changed, deleted."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from centrala.carriers import own_numbers
from centrala.carriers.access import carriers_of
from centrala.carriers.own_numbers import TYPES, OwnNumber
from centrala.center.buying import CALLING
from centrala.center.carriers import connected
from centrala.dialling.countries import code_of, names
from centrala.errors import Refused
from centrala.numbers.access import numbers_of
from centrala.numbers.models import Carrier, NumberType, PhoneNumber
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import explain
from centrala.organization.models import User
from centrala.organization.posting import post_only

UNPROCESSABLE = 422
PLANS = [(plan, words) for plan, words in CALLING.items() if plan != "none"]


class OwnNumberForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Phone number"),
        max_length=40,
        help_text=gettext_lazy("With its country code, as +48 22 123 45 67."),
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )
    carrier = forms.ModelChoiceField(
        label=gettext_lazy("Carrier"), queryset=Carrier.objects.none(), empty_label=gettext_lazy("Choose…")
    )
    country = forms.ChoiceField(label=gettext_lazy("Country/Region"))
    type = forms.ChoiceField(
        label=gettext_lazy("Number type"), choices=[(one, one.label) for one in TYPES], initial=NumberType.GEOGRAPHIC
    )
    calling = forms.ChoiceField(
        label=gettext_lazy("Calling plan"), choices=PLANS, initial="inbound+outbound", widget=forms.RadioSelect
    )

    def __init__(self, data: QueryDict | None, *, user: User, number: PhoneNumber | None = None) -> None:
        super().__init__(data, initial=_initial(number) if number else None)
        self._number = number
        carriers = self.fields["carrier"]
        carriers.queryset = carriers_of(user)  # type: ignore[attr-defined]
        countries = names(get_language() or "en")
        chosen = _("Choose…")
        self.fields["country"].choices = [("", chosen), *countries.items()]  # type: ignore[attr-defined]
        if number is not None:
            self.fields["number"].disabled = True

    def clean(self) -> None:
        """The number is read by the country, which is its own where none was chosen."""
        told = self.cleaned_data
        if "number" in told and told.get("country"):
            try:
                told["number"] = own_numbers.read(told["number"], country=told["country"])
            except Refused as refused:
                explain(self, refused)

    @property
    def own(self) -> OwnNumber:
        told = self.cleaned_data
        plans = told["calling"].split("+")
        return OwnNumber(
            number=told["number"],
            country=told["country"],
            type=NumberType(told["type"]),
            receives_calls="inbound" in plans,
            makes_calls="outbound" in plans,
        )


def _initial(number: PhoneNumber) -> dict[str, object]:
    plans = {"inbound": number.receives_calls, "outbound": number.makes_calls}
    return {
        "number": number.number,
        "carrier": number.carrier,
        "country": number.country or code_of(number.number),
        "type": number.type,
        "calling": "+".join(plan for plan, has in plans.items() if has),
    }


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    connection = connected(request)
    form = OwnNumberForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        carrier, own = form.cleaned_data["carrier"], form.own
        try:
            own_numbers.add(connection=connection, carrier=carrier, numbers=[own], actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("%(number)s is added.") % {"number": own.number})
            added = numbers_of(request.user).get(number=own.number)
            return redirect("center:phone-number", added.pk)
    return _page(request, form, None)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, number_id: int) -> HttpResponse:
    number = _own_number(request, number_id)
    form = OwnNumberForm(request.POST if request.method == "POST" else None, user=request.user, number=number)
    if form.is_valid():
        try:
            own_numbers.change(number=number, carrier=form.cleaned_data["carrier"], to=form.own, actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("%(number)s is saved.") % {"number": number.number})
            return redirect("center:phone-number", number_id)
    return _page(request, form, number)


@administrators_only
@post_only
def remove(request: StaffRequest, number_id: int) -> HttpResponse:
    number = _own_number(request, number_id)
    try:
        own_numbers.remove(number=number, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("center:phone-number", number_id)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": number.number})
    return redirect("center:phone-numbers")


def _own_number(request: StaffRequest, number_id: int) -> PhoneNumber:
    return get_object_or_404(numbers_of(request.user).exclude(carrier=None), pk=number_id)


def _page(request: StaffRequest, form: OwnNumberForm, number: PhoneNumber | None) -> HttpResponse:
    context = {"form": form, "number": number, "carriers": carriers_of(request.user).exists()}
    return render(request, "center/own_number.html", context, status=UNPROCESSABLE if form.errors else 200)
