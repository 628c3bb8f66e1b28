"""Add number: what Azure offers, step by step; what is found, bought in the background, and how that ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centrala.azure.errors import AzureError
from centrala.azure.number_market import Country, Features, Offer, Place
from centrala.center.shelf import Shelf
from centrala.connection.access import connections_of
from centrala.connection.azure_words import in_words
from centrala.errors import Refused
from centrala.numbers.access import numbers_of
from centrala.numbers.actions import TYPES
from centrala.numbers.models import NumberType
from centrala.ordering import actions
from centrala.ordering.access import orders_of
from centrala.ordering.models import Kind, Order, State
from centrala.ordering.words import WORDS
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import explain
from centrala.organization.models import User
from centrala.organization.posting import post_only
from centrala.workstreams.access import workstreams_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UNPROCESSABLE, BAD_GATEWAY = 422, 502
CALLING = {
    "none": gettext_lazy("None"),
    "inbound": gettext_lazy("Receive calls"),
    "outbound": gettext_lazy("Make calls"),
    "inbound+outbound": gettext_lazy("Make and receive calls"),
}
SMS = {
    "none": gettext_lazy("None"),
    "outbound": gettext_lazy("Send SMS"),
    "inbound": gettext_lazy("Receive SMS"),
    "inbound+outbound": gettext_lazy("Send and receive SMS"),
}


class WantedForm(forms.Form):
    """What the number is to do, within what its type can."""

    calling = forms.ChoiceField(label=gettext_lazy("Calling plan"), widget=forms.RadioSelect)
    sms = forms.ChoiceField(label=gettext_lazy("SMS plan"), widget=forms.RadioSelect)
    area_code = forms.ChoiceField(label=gettext_lazy("Area code"), required=False)

    def __init__(self, data: QueryDict | None, *, offer: Offer, area_codes: list[str]) -> None:
        calling, sms = _within(CALLING, offer.features.calling), _within(SMS, offer.features.sms)
        super().__init__(data, initial={"calling": calling[-1][0], "sms": sms[-1][0]})
        self.fields["calling"].choices = calling  # type: ignore[attr-defined]
        self.fields["sms"].choices = sms  # type: ignore[attr-defined]
        any_ = [("", pgettext_lazy("area code", "Any"))]
        self.fields["area_code"].choices = any_ + [(one, one) for one in area_codes]  # type: ignore[attr-defined]

    @property
    def features(self) -> Features:
        return Features.of(self.cleaned_data["calling"], self.cleaned_data["sms"])


def _within(plans: "Mapping[str, StrOrPromise]", most: str) -> "list[tuple[str, StrOrPromise]]":
    allowed = set(most.split("+"))
    return [(plan, words) for plan, words in plans.items() if plan == "none" or set(plan.split("+")) <= allowed]


@dataclass(kw_only=True)
class Choice:
    """How far the administrator has come: each step is in the address, so that Back works and nothing is kept."""

    country: Country | None = None
    offer: Offer | None = None
    place: Place | None = None


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    connection = get_object_or_404(connections_of(request.user), disconnected_at=None)
    try:
        return _step(request, Shelf(connection=connection))
    except AzureError as error:
        context = {"reason": in_words(error), "key": error.status in {401, 403}}
        return render(request, "center/add_number.html", context, status=BAD_GATEWAY)


def _step(request: StaffRequest, shelf: Shelf) -> HttpResponse:
    asked, choice = request.GET, Choice()
    countries = shelf.countries()
    context: dict[str, object] = {"countries": countries, "choice": choice}
    choice.country = next((one for one in countries if one.code == asked.get("country")), None)
    if choice.country is None:
        return render(request, "center/add_number.html", context)
    code = choice.country.code
    offers = {TYPES[one.type]: one for one in shelf.offers(code) if one.type in TYPES}
    context["offers"] = [
        (kind, one, CALLING[one.features.calling], SMS[one.features.sms]) for kind, one in offers.items()
    ]
    choice.offer = offers.get(NumberType(asked["type"])) if asked.get("type") in offers else None
    if choice.offer is None:
        return render(request, "center/add_number.html", context)
    kind = TYPES[choice.offer.type]
    places = context["places"] = shelf.places(code, choice.offer)
    context["kind"], context["kind_name"] = kind.value, kind.label
    choice.place = next((one for one in places if _spelled(one) == asked.get("place")), None)
    context["place_names"] = [_spelled(one) for one in places]
    context["place_name"] = _spelled(choice.place) if choice.place else ""
    if places and choice.place is None:
        return render(request, "center/add_number.html", context)
    form = WantedForm(
        request.POST or None, offer=choice.offer, area_codes=shelf.area_codes(code, choice.offer, choice.place)
    )
    context["form"] = form
    if form.is_valid():
        try:
            order = actions.find(
                connection=shelf.connection,
                country=code,
                kind=kind,
                features=form.features,
                place=_spelled(choice.place) if choice.place else "",
                area_code=form.cleaned_data["area_code"] or (_only(form) if choice.place else ""),
                actor=request.user,
            )
        except Refused as refused:
            explain(form, refused)
        else:
            return redirect("center:number-order", order.pk)
    return render(request, "center/add_number.html", context, status=UNPROCESSABLE if form.errors else 200)


def _spelled(place: Place) -> str:
    return f"{place.name}, {place.division}" if place.division else place.name


def _only(form: WantedForm) -> str:
    """A place's numbers are found by one of its area codes: the first, where none was chosen."""
    codes = [code for code, _words in form.fields["area_code"].choices if code]  # type: ignore[attr-defined]
    return str(codes[0]) if codes else ""


@administrators_only
@require_safe
def order(request: StaffRequest, order_id: UUID) -> HttpResponse:
    found = get_object_or_404(orders_of(request.user), pk=order_id)
    return render(request, "center/number_order.html", _context(request.user, found))


@administrators_only
@require_safe
def order_progress(request: StaffRequest, order_id: UUID) -> HttpResponse:
    """The page's part that changes while Azure is at work."""
    found = get_object_or_404(orders_of(request.user), pk=order_id)
    return render(request, "center/_number_order.html", _context(request.user, found))


@administrators_only
@post_only
def purchase(request: StaffRequest, order_id: UUID) -> HttpResponse:
    found = get_object_or_404(orders_of(request.user), pk=order_id, kind=Kind.PURCHASE)
    try:
        actions.purchase(order=found, agreed=request.POST.get("agreed") == "yes", actor=request.user)
    except Refused as refused:
        context = _context(request.user, found) | {"refused": refused.message}
        return render(request, "center/number_order.html", context, status=UNPROCESSABLE)
    return redirect("center:number-order", found.pk)


def _context(user: User, found: Order) -> dict[str, object]:
    number = numbers_of(user).filter(number=found.number).first() if found.state == State.DONE else None
    return {
        "order": found,
        "number": number,
        "calling": CALLING[found.features.calling],
        "sms": SMS[found.features.sms],
        "trouble": WORDS.get(found.trouble, ""),
        "workstreams": workstreams_of(user)[:1],
        "again": _again(found),
        "title": _title(found),
    }


def _again(found: Order) -> str:
    told = {"country": found.country, "type": found.type, "place": found.place}
    return urlencode({name: value for name, value in told.items() if value})


def _title(found: Order) -> str:
    titles = {Kind.PURCHASE: _("Add number"), Kind.CHANGE: _("Add features"), Kind.RELEASE: _("Release number")}
    return str(titles[Kind(found.kind)])
