"""Carrying an order out with Azure: safe to be killed anywhere and begun again.

Nothing is bought twice. A purchase names the search that holds its number, which Azure sells once; and what the
resource owns by now is looked at before anything is asked, so that a purchase that went through is found, not repeated.
"""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from centrala.azure.errors import AzureError
from centrala.azure.number_market import Found, Market
from centrala.azure.operations import StillUnderWay
from centrala.azure.phone_numbers import Number
from centrala.numbers.actions import keep
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.ordering.actions import VENDOR
from centrala.ordering.models import Kind, Order, State, Trouble

LONGEST_SEARCH = timedelta(minutes=10)
AZURE_TAKES = timedelta(minutes=10)  # what it took in time may end as late as this

log = logging.getLogger(__name__)

TROUBLE = {"ReservationExpired": Trouble.EXPIRED, "TooManyRequests": Trouble.LIMIT}
STATUS = {401: Trouble.KEY, 403: Trouble.KEY, 404: Trouble.NOT_OWNED}
NO_PLANS = "phone plans"  # in what Azure says where a country does not offer what was asked for


def carry_out(*, order_id: UUID) -> None:
    """One step or all of it. Raises AzureError where asking again may help."""
    order = Order.objects.select_related("connection").get(pk=order_id)
    if not order.busy:
        return
    if trouble := _pointless(order):
        _fail(order, trouble)
        return
    market = Market(connection=order.connection.connection_string, cloud=settings.CLOUD)
    first = _attempted(order)
    try:
        STEPS[Kind(order.kind)](order, market)
    except AzureError as error:
        if error.permanent and (first or _is_late(order)):
            _fail(order, _trouble(error), error.message)
            return
        Order.objects.filter(pk=order.pk).update(said=error.message)  # for who looks at the page and waits
        raise (StillUnderWay() if error.permanent else error) from None


def _attempted(order: Order) -> bool:
    """Whether nobody has asked Azure yet. After that a refusal may mean that Azure is at work on what a process asked
    which was killed since: whether it was done is seen a while later."""
    if order.state == State.SEARCHING:
        return True
    return bool(Order.objects.filter(pk=order.pk, attempted_at=None).update(attempted_at=now()))


def _is_late(order: Order) -> bool:
    return order.attempted_at is not None and now() > order.attempted_at + AZURE_TAKES


def _pointless(order: Order) -> Trouble | None:
    """Nobody waits that long for a search."""
    if order.connection.disconnected_at is not None:
        return Trouble.DISCONNECTED
    if order.state == State.SEARCHING and now() - order.created_at > LONGEST_SEARCH:
        return Trouble.NOT_REACHED
    return None


def _purchase(order: Order, market: Market) -> None:
    if order.state == State.SEARCHING:
        return _search(order, market)
    owned = market.owned(order.number)
    if owned is None and order.expires_at is not None and now() > order.expires_at + AZURE_TAKES:
        return _fail(order, Trouble.EXPIRED, order.said)
    if owned is None:
        try:
            market.purchase(order.search_id, no_resale=order.no_resale)
        except AzureError as error:
            # Refused, too, where the purchase before this one went through a moment ago.
            owned = market.owned(order.number) if error.permanent else None
            if owned is None:
                raise
    return _own(order, owned or market.owned(order.number))


def _search(order: Order, market: Market) -> None:
    found = market.search(
        country=order.country, type_=VENDOR[NumberType(order.type)], features=order.features, area_code=order.area_code
    )
    if found is None:
        return _fail(order, Trouble.SOLD_OUT)
    return _hold(order, found)


def _hold(order: Order, found: Found) -> None:
    Order.objects.filter(pk=order.pk, state=State.SEARCHING).update(
        state=State.FOUND,
        number=found.number,
        search_id=found.search_id,
        expires_at=found.expires_at,
        monthly_cost=found.monthly_cost,
        currency=found.currency,
        said="",
        no_resale=found.no_resale,
    )


def _change(order: Order, market: Market) -> None:
    market.change(order.number, order.features)
    _own(order, market.owned(order.number))


def _release(order: Order, market: Market) -> None:
    if market.owned(order.number) is not None:
        try:
            market.release(order.number)
        except AzureError as error:
            # Refused, too, where the release before this one went through a moment ago.
            if not error.permanent or market.owned(order.number) is not None:
                raise
    with transaction.atomic():
        PhoneNumber.objects.filter(connection=order.connection, number=order.number).update(missing_since=now())
        _end(order)


@transaction.atomic
def _own(order: Order, number: Number | None) -> None:
    """Azure tells of a number a moment after it was sold, as it may: then the job comes again."""
    if number is None:
        raise AzureError("Azure sold the number and does not list it yet.", permanent=False, retry_after=5)
    keep([number], order.connection, whole=False)
    _end(order)


def _end(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(state=State.DONE, said="", ended_at=now())


def _fail(order: Order, trouble: Trouble, said: str = "") -> None:
    log.warning("Order %s (%s) failed: %s", order.pk, order.kind, trouble)
    Order.objects.filter(pk=order.pk).update(state=State.FAILED, trouble=trouble, said=said, ended_at=now())


def _trouble(error: AzureError) -> Trouble:
    known = TROUBLE.get(error.code or "") or STATUS.get(error.status or 0)
    return known or (Trouble.NOT_OFFERED if NO_PLANS in error.message else Trouble.REFUSED)


STEPS = {Kind.PURCHASE: _purchase, Kind.CHANGE: _change, Kind.RELEASE: _release}
