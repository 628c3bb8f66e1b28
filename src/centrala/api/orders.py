"""Ordering numbers by the REST API: the verbs of the pages, for an administrator's token that may spend money."""

from http import HTTPStatus
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Status

from centrala.api import paging, shapes
from centrala.api.auth import ApiRequest, needs
from centrala.api.models import Scope
from centrala.api.order_shapes import FeaturesIn, OrderIn, OrderOut, PurchaseIn
from centrala.api.paging import Limit, Place, following
from centrala.api.shapes import FAILURES
from centrala.connection.access import connections_of
from centrala.errors import Refused
from centrala.keyset import page as newest_page
from centrala.numbers.access import numbers_of
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.ordering import actions
from centrala.ordering.access import orders_of
from centrala.ordering.models import Order
from centrala.workstreams.models import Line

NUMBERS_ORDER = needs(Scope.NUMBERS_ORDER)

router = Router()


@router.get("/orders", response={200: shapes.Page[OrderOut], **FAILURES}, **NUMBERS_ORDER)
def list_orders(request: ApiRequest, after: Place = "", limit: Limit = 50) -> shapes.Page[OrderOut]:
    """Searches, purchases, changes and releases. For administrators, as all of this."""
    found, place = orders_of(request.auth.owner), paging.place(after, "after")
    page, cursor = newest_page(found, by="created_at", after=place, limit=limit)
    return shapes.Page(items=[OrderOut.of(one) for one in page], next=following(request, "after", cursor))


@router.post("/orders", response={202: OrderOut, **FAILURES}, **NUMBERS_ORDER)
def find_number(request: ApiRequest, body: OrderIn) -> Status[OrderOut]:
    """Has Azure look for a number that can do this and hold it back for a quarter of an hour; nothing is bought.
    `/orders/{id}` tells whether its state is `found` yet."""
    connection = connections_of(request.auth.owner).filter(disconnected_at=None).first()
    if connection is None:
        raise Refused(_("No resource of your own is connected. Fix: connect one first."))
    order = actions.find(
        connection=connection,
        country=body.country,
        kind=NumberType(body.type),
        features=body.features,
        area_code=body.area_code,
        actor=request.auth.owner,
    )
    return Status(HTTPStatus.ACCEPTED, _told(request, order.pk))


@router.get("/orders/{uuid:order_id}", response={200: OrderOut, **FAILURES}, **NUMBERS_ORDER)
def read_order(request: ApiRequest, order_id: UUID) -> OrderOut:
    return _told(request, order_id)


@router.post("/orders/{uuid:order_id}/purchase", response={202: OrderOut, **FAILURES}, **NUMBERS_ORDER)
def purchase_number(request: ApiRequest, order_id: UUID, body: PurchaseIn) -> Status[OrderOut]:
    """Buys what was found: this costs money. Asked again it buys nothing more and answers as before."""
    order = get_object_or_404(orders_of(request.auth.owner), pk=order_id)
    actions.purchase(order=order, agreed=body.agreed, actor=request.auth.owner)
    return Status(HTTPStatus.ACCEPTED, _told(request, order_id))


@router.post("/numbers/{number}/features", response={200: shapes.NumberOut, 202: OrderOut, **FAILURES}, **NUMBERS_ORDER)
def add_features(request: ApiRequest, number: str, body: FeaturesIn) -> Status[OrderOut] | Status[shapes.NumberOut]:
    """What the number is to do, with what it can do already: nothing can be taken away. 200 with the number where it
    can do all of that already."""
    known = _number(request, number)
    order = actions.add_features(number=known, features=body.features, actor=request.auth.owner)
    if order is None:
        return Status(HTTPStatus.OK, shapes.NumberOut.of(known))
    return Status(HTTPStatus.ACCEPTED, _told(request, order.pk))


@router.post("/numbers/{number}/release", response={202: OrderOut, **FAILURES}, **NUMBERS_ORDER)
def release_number(request: ApiRequest, number: str) -> Status[OrderOut]:
    """Gives the number back, for good. Refused while anything uses it."""
    order = actions.release(number=_number(request, number), actor=request.auth.owner)
    return Status(HTTPStatus.ACCEPTED, _told(request, order.pk))


def with_use(numbers: QuerySet[PhoneNumber]) -> QuerySet[PhoneNumber]:
    """As NumberOut takes them."""
    used = Exists(Line.objects.filter(number=OuterRef("pk")))
    return numbers.select_related("carrier").annotate(is_used=used)


def _told(request: ApiRequest, order_id: UUID) -> OrderOut:
    orders: QuerySet[Order] = orders_of(request.auth.owner)
    return OrderOut.of(get_object_or_404(orders, pk=order_id))


def _number(request: ApiRequest, number: str) -> PhoneNumber:
    """By the digits, with their plus or without."""
    bare = "".join(one for one in number if one in "0123456789")
    return get_object_or_404(with_use(numbers_of(request.auth.owner)), number__in={bare, f"+{bare}"})
