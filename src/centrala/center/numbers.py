"""Phone numbers: all of them, one with what it can do, features added, given back, fetched from Azure."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Exists, Min, OuterRef, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from centrala.azure.errors import AzureError
from centrala.azure.number_market import Features
from centrala.carriers.access import carriers_of
from centrala.center.shelf import Shelf
from centrala.dialling.access import profiles_of
from centrala.errors import Misconfigured, Refused
from centrala.numbers.access import numbers_of
from centrala.numbers.actions import TYPES
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.ordering import actions
from centrala.ordering.access import orders_of
from centrala.ordering.models import Order
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.models import User
from centrala.organization.posting import post_only
from centrala.workstreams.models import Line

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 100
MICROSOFT = "microsoft"  # in the address: whose numbers have no carrier
LATEST_ORDERS = 3
ABLE = [
    ("", pgettext_lazy("any features", "Any")),
    ("receives_calls", gettext_lazy("Receive calls")),
    ("makes_calls", gettext_lazy("Make calls")),
    ("receives_sms", gettext_lazy("Receive SMS")),
    ("sends_sms", gettext_lazy("Send SMS")),
]
SORTS = {  # the name in the address -> the columns
    "number": ("number",),
    "carrier": ("carrier__name", "number"),
    "type": ("type", "number"),
    "cost": ("monthly_cost", "number"),
    "workstream": ("first_workstream", "number"),
}

COLUMNS = [
    ("number", gettext_lazy("Number")),
    ("carrier", gettext_lazy("Carrier")),
    ("type", gettext_lazy("Number type")),
    ("", gettext_lazy("Calling plan")),
    ("", gettext_lazy("SMS plan")),
    ("cost", gettext_lazy("A month")),
    ("workstream", gettext_lazy("Workstream")),
    ("", gettext_lazy("Status")),
]


class Status(models.TextChoices):
    CONNECTED = "connected", pgettext_lazy("number", "Connected")
    READY = "ready", gettext_lazy("Ready for setup")
    INACTIVE = "inactive", pgettext_lazy("number", "Inactive")


class NumbersForm(forms.Form):
    """What is wrong in the address counts as absent."""

    number = forms.CharField(
        label=gettext_lazy("Number or workstream"),
        required=False,
        max_length=60,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[("", pgettext_lazy("any status", "Any")), *Status.choices],
        required=False,
    )
    able = forms.ChoiceField(label=pgettext_lazy("features", "Can"), choices=ABLE, required=False)
    type = forms.ChoiceField(
        label=gettext_lazy("Number type"),
        choices=[("", pgettext_lazy("any type", "Any")), *NumberType.choices],
        required=False,
    )
    carrier = forms.ChoiceField(label=gettext_lazy("Carrier"), required=False)

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data)
        carriers = [("", pgettext("any carrier", "Any")), (MICROSOFT, "Microsoft")]
        carriers += [(str(one.pk), one.name) for one in carriers_of(user)]
        self.fields["carrier"].choices = carriers  # type: ignore[attr-defined]
        if len(carriers) == len(("any", MICROSOFT)):
            del self.fields["carrier"]  # there is none to choose

    @property
    def asked(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


@dataclass(frozen=True, kw_only=True)
class NumberList:
    page: Page[PhoneNumber]
    total: int
    filtered: bool
    sort: str


def numbers_found(user: User, form: NumbersForm, *, sort: str, page: str) -> NumberList:
    asked, every = form.asked, numbers_of(user)
    found = narrowed(every, asked)
    order = SORTS.get(sort.removeprefix("-"), SORTS["number"])
    if "first_workstream" in order:
        found = found.annotate(first_workstream=Min("lines__workstream__name"))
    rows = found.order_by(*(f"-{name}" if sort.startswith("-") else name for name in order))
    paginator = Paginator(rows.select_related("carrier").prefetch_related("lines__workstream"), PAGE)
    return NumberList(page=paginator.get_page(page), total=paginator.count, filtered=bool(asked), sort=sort)


def narrowed(numbers: QuerySet[PhoneNumber], asked: dict[str, str]) -> QuerySet[PhoneNumber]:
    used = Exists(Line.objects.filter(number=OuterRef("pk")))
    if words := asked.get("number", "").strip():
        digits = "".join(one for one in words if one.isdigit())
        named = Exists(Line.objects.filter(number=OuterRef("pk"), workstream__name__icontains=words))
        numbers = numbers.filter(named) if not digits else numbers.filter(number__contains=digits)
    if able := asked.get("able"):
        numbers = numbers.filter(**{able: True})
    if kind := asked.get("type"):
        numbers = numbers.filter(type=kind)
    if carrier := asked.get("carrier"):
        numbers = numbers.filter(carrier=None if carrier == MICROSOFT else int(carrier))
    match asked.get("status"):
        case Status.CONNECTED:
            numbers = numbers.filter(used, missing_since=None)
        case Status.READY:
            numbers = numbers.filter(~used, missing_since=None)
        case Status.INACTIVE:
            numbers = numbers.filter(missing_since__isnull=False)
    return numbers


@dataclass(frozen=True, kw_only=True)
class Column:
    """`query` sorts by it: the other way round where the list is sorted by it already. `sorted` is what ARIA says."""

    label: "StrOrPromise"
    query: str = ""
    sorted: str = ""


def columns(form: NumbersForm, found: NumberList) -> list[Column]:
    told: list[Column] = []
    for name, label in COLUMNS:
        own = found.sort.removeprefix("-") == name
        down = own and not found.sort.startswith("-")
        query = urlencode(form.asked | {"sort": f"-{name}" if down else name}) if name else ""
        told.append(Column(label=label, query=query, sorted=("ascending" if down else "descending") if own else ""))
    return told


def orders_to_tell(user: User) -> list[Order]:
    """What is under way, waits to be bought, or has just ended."""
    return list(orders_of(user)[:LATEST_ORDERS])


class FeaturesForm(forms.Form):
    """What the number can do already is ticked for good; what its country does not offer cannot be ticked."""

    receives_calls = forms.BooleanField(label=gettext_lazy("Receive calls"), required=False)
    makes_calls = forms.BooleanField(label=gettext_lazy("Make calls"), required=False)
    receives_sms = forms.BooleanField(label=gettext_lazy("Receive SMS"), required=False)
    sends_sms = forms.BooleanField(label=gettext_lazy("Send SMS"), required=False)

    def __init__(self, data: QueryDict | None = None, *, number: PhoneNumber) -> None:
        has, most = asdict(actions.features_of(number)), asdict(most_of(number))
        super().__init__(data, initial=has)
        for name, field in self.fields.items():
            field.disabled = has[name] or not most[name]

    @property
    def offers_more(self) -> bool:
        return not all(field.disabled for field in self.fields.values())


def most_of(number: PhoneNumber) -> Features:
    """What Azure offers for such a number; everything where it does not say."""
    everything = Features(receives_calls=True, makes_calls=True, receives_sms=True, sends_sms=True)
    try:
        offers = Shelf(connection=number.connection).offers(number.country) if number.country else []
    except (AzureError, Misconfigured):
        return everything
    return next((one.features for one in offers if TYPES.get(one.type) == number.type), everything)


@administrators_only
@require_safe
def detail(request: StaffRequest, number_id: int) -> HttpResponse:
    number = get_object_or_404(numbers_of(request.user).select_related("connection", "carrier"), pk=number_id)
    orders = orders_of(request.user).filter(number=number.number)
    context = {
        "number": number,
        "lines": number.lines.select_related("workstream"),
        "profiles": profiles_of(request.user).filter(number=number),
        "orders": orders[:10],
        "busy": any(order.busy for order in orders[:10]),
        "form": None if number.carrier or number.connection.is_trial else FeaturesForm(number=number),
        "sold": number.type in actions.VENDOR and number.carrier is None,
    }
    return render(request, "center/phone_number.html", context)


@administrators_only
@post_only
def add_features(request: StaffRequest, number_id: int) -> HttpResponse:
    number = get_object_or_404(numbers_of(request.user).select_related("connection"), pk=number_id)
    form = FeaturesForm(request.POST, number=number)
    form.is_valid()
    try:
        order = actions.add_features(number=number, features=Features(**form.cleaned_data), actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("center:phone-number", number_id)
    if order is None:
        messages.warning(request, _("The number can do all of that already."))
        return redirect("center:phone-number", number_id)
    return redirect("center:number-order", order.pk)


@administrators_only
@post_only
def release(request: StaffRequest, number_id: int) -> HttpResponse:
    number = get_object_or_404(numbers_of(request.user).select_related("connection"), pk=number_id)
    try:
        order = actions.release(number=number, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("center:phone-number", number_id)
    return redirect("center:number-order", order.pk)
