"""Numbers bought, changed and given back in the local cloud through Microsoft's client: once, whatever happens."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.azure.errors import AzureError
from centrala.azure.number_market import Features, Market
from centrala.azure.operations import StillUnderWay
from centrala.azure.phone_numbers import list_numbers
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.ordering import actions
from centrala.ordering.carrying import AZURE_TAKES, LONGEST_SEARCH, carry_out
from centrala.ordering.models import Kind, Order, State, Trouble
from centrala.organization.models import AuditEntry, User
from localazure.pytest_plugin import LocalAzure

pytestmark = pytest.mark.django_db

CALLS = Features(receives_calls=True, makes_calls=True)
BOTH = CALLS | Features(receives_sms=True, sends_sms=True)


def searched(connection: Connection, adam: User, **changed: Any) -> Order:
    asked: dict[str, Any] = {
        "country": "US",
        "kind": NumberType.TOLL_FREE,
        "features": CALLS,
        "area_code": "833",
    } | changed
    order = actions.find(connection=connection, actor=adam, **asked)
    carry_out(order_id=order.pk)
    order.refresh_from_db()
    return order


def bought(connection: Connection, adam: User, **changed: Any) -> PhoneNumber:
    order = searched(connection, adam, **changed)
    actions.purchase(order=order, agreed=False, actor=adam)
    carry_out(order_id=order.pk)
    order.refresh_from_db()
    assert order.state == State.DONE, order.said
    return PhoneNumber.objects.get(number=order.number)


def owned(cloud: LocalAzure, connection: Connection) -> list[str]:
    return [one.number for one in list_numbers(connection=connection.connection_string, cloud=settings.CLOUD)]


def fault(cloud: LocalAzure, operation: str, **more: Any) -> None:
    cloud.control.post("/_local/faults", json={"operation": operation, **more}).raise_for_status()


def test_number_is_found_held_bought_and_ready(connection: Connection, adam: User) -> None:
    order = searched(connection, adam)

    assert (order.state, order.number[:5], order.currency) == (State.FOUND, "+1833", "USD")
    assert order.monthly_cost == 2
    assert order.expires_at is not None
    assert timedelta(minutes=14) < order.expires_at - now() <= timedelta(minutes=15)
    assert not PhoneNumber.objects.filter(number=order.number).exists()

    actions.purchase(order=order, agreed=False, actor=adam)
    carry_out(order_id=order.pk)

    number = PhoneNumber.objects.get(number=order.number)
    assert (number.type, number.receives_calls, number.makes_calls) == (NumberType.TOLL_FREE, True, True)
    assert (number.receives_sms, number.country, number.monthly_cost) == (False, "US", Decimal(2))
    entry = AuditEntry.objects.get(act="purchase number")
    assert (entry.target, entry.after["monthly_cost"]) == (order.number, "2.000")


def test_second_click_buys_nothing_more(connection: Connection, adam: User, local_azure: LocalAzure) -> None:
    order = searched(connection, adam)
    before = len(owned(local_azure, connection))

    for _ in range(2):
        actions.purchase(order=order, agreed=False, actor=adam)
    for _ in range(2):
        carry_out(order_id=order.pk)
    actions.purchase(order=order, agreed=False, actor=adam)

    assert len(owned(local_azure, connection)) == before + 1
    assert AuditEntry.objects.filter(act="purchase number").count() == 1
    jobs = ProcrastinateJob.objects.filter(task_name="ordering.carry_out")
    assert jobs.count() == 2  # the search's and the purchase's


def test_purchase_that_azure_did_and_did_not_answer_is_found_not_repeated(
    connection: Connection, adam: User, local_azure: LocalAzure
) -> None:
    order = searched(connection, adam)
    before = len(owned(local_azure, connection))
    actions.purchase(order=order, agreed=False, actor=adam)
    fault(local_azure, "POST /availablePhoneNumbers/:purchase", status=503, done=True, times=9)

    with pytest.raises(AzureError):
        carry_out(order_id=order.pk)
    local_azure.control.delete("/_local/faults").raise_for_status()
    order.refresh_from_db()
    assert (order.state, order.said != "") == (State.UNDER_WAY, True)
    carry_out(order_id=order.pk)

    order.refresh_from_db()
    assert (order.state, order.said) == (State.DONE, "")
    assert len(owned(local_azure, connection)) == before + 1


def test_purchase_that_failed_half_way_is_told(connection: Connection, adam: User, local_azure: LocalAzure) -> None:
    order = searched(connection, adam)
    actions.purchase(order=order, agreed=False, actor=adam)
    fault(local_azure, "numbers.operation", status=500)

    carry_out(order_id=order.pk)

    order.refresh_from_db()
    assert (order.state, order.trouble) == (State.FAILED, Trouble.REFUSED)
    assert order.said
    assert not PhoneNumber.objects.filter(number=order.number).exists()


def test_refusal_while_azure_may_be_at_work_on_what_was_asked_before_is_looked_into_later(
    connection: Connection, adam: User, local_azure: LocalAzure
) -> None:
    """A process asked and was killed; the next one is refused because of that, and must not tell that it failed."""
    order = searched(connection, adam)
    actions.purchase(order=order, agreed=False, actor=adam)
    Order.objects.update(attempted_at=now())
    fault(local_azure, "POST /availablePhoneNumbers/:purchase", status=409)

    with pytest.raises(StillUnderWay):
        carry_out(order_id=order.pk)
    order.refresh_from_db()
    assert order.state == State.UNDER_WAY
    Order.objects.update(attempted_at=now() - AZURE_TAKES - timedelta(seconds=1))
    fault(local_azure, "POST /availablePhoneNumbers/:purchase", status=409)
    carry_out(order_id=order.pk)

    order.refresh_from_db()
    assert (order.state, order.trouble) == (State.FAILED, Trouble.REFUSED)


def test_what_is_held_no_longer_is_not_bought(connection: Connection, adam: User, local_azure: LocalAzure) -> None:
    order = searched(connection, adam)
    other = searched(connection, adam)
    actions.purchase(order=other, agreed=False, actor=adam)
    local_azure.control.post("/_local/clock", json={"advance_seconds": 901}).raise_for_status()
    Order.objects.update(expires_at=now() - timedelta(seconds=1))

    with pytest.raises(Refused, match="held for you no longer"):
        actions.purchase(order=order, agreed=False, actor=adam)
    carry_out(order_id=other.pk)  # ordered in time, and too late at Azure

    other.refresh_from_db()
    assert (other.state, other.trouble) == (State.FAILED, Trouble.EXPIRED)


def test_purchase_is_not_tried_for_ever(connection: Connection, adam: User, local_azure: LocalAzure) -> None:
    order = searched(connection, adam)
    actions.purchase(order=order, agreed=False, actor=adam)
    local_azure.control.post("/_local/numbers/quota", json={"purchases": 1}).raise_for_status()
    with pytest.raises(AzureError) as refused:
        carry_out(order_id=order.pk)
    Order.objects.update(expires_at=now() - AZURE_TAKES - timedelta(seconds=1))

    carry_out(order_id=order.pk)

    order.refresh_from_db()
    assert refused.value.status == 429
    assert (order.state, order.trouble) == (State.FAILED, Trouble.EXPIRED)
    assert "limit" in order.said


def test_purchase_that_went_through_is_found_however_late_somebody_looks(connection: Connection, adam: User) -> None:
    """All processes stood still after Azure had sold the number."""
    order = searched(connection, adam)
    actions.purchase(order=order, agreed=False, actor=adam)
    Market(connection=connection.connection_string, cloud=settings.CLOUD).purchase(order.search_id, no_resale=False)
    Order.objects.update(attempted_at=now() - timedelta(days=1), expires_at=now() - timedelta(days=1))

    carry_out(order_id=order.pk)

    order.refresh_from_db()
    assert order.state == State.DONE
    assert PhoneNumber.objects.filter(number=order.number).exists()


def test_sold_out_is_told(connection: Connection, adam: User, local_azure: LocalAzure) -> None:
    everything = {"country": "US", "type": "tollFree", "area_code": "833"}
    local_azure.control.post("/_local/numbers/sold-out", json=everything).raise_for_status()

    order = searched(connection, adam)

    assert (order.state, order.trouble) == (State.FAILED, Trouble.SOLD_OUT)


def test_what_the_country_does_not_offer_is_told(connection: Connection, adam: User) -> None:
    order = searched(connection, adam, country="FR", kind=NumberType.GEOGRAPHIC, features=BOTH, area_code="1")

    assert (order.state, order.trouble) == (State.FAILED, Trouble.NOT_OFFERED)


def test_search_that_nobody_waits_for_any_more_ends(connection: Connection, adam: User) -> None:
    order = actions.find(connection=connection, actor=adam, country="US", kind=NumberType.TOLL_FREE, features=CALLS)
    Order.objects.update(created_at=now() - LONGEST_SEARCH - timedelta(seconds=1))

    carry_out(order_id=order.pk)

    order.refresh_from_db()
    assert (order.state, order.trouble) == (State.FAILED, Trouble.NOT_REACHED)


def test_number_that_is_not_to_be_sold_on_needs_the_buyers_word(connection: Connection, adam: User) -> None:
    order = searched(connection, adam, country="FR", kind=NumberType.GEOGRAPHIC, area_code="1")

    with pytest.raises(Refused, match="not to sell them on"):
        actions.purchase(order=order, agreed=False, actor=adam)
    actions.purchase(order=order, agreed=True, actor=adam)
    carry_out(order_id=order.pk)

    assert PhoneNumber.objects.get(number=order.number).country == "FR"


def test_number_that_can_do_nothing_is_refused(connection: Connection, adam: User) -> None:
    with pytest.raises(Refused, match="can do nothing"):
        searched(connection, adam, features=Features())


def test_features_are_added_and_never_taken(connection: Connection, adam: User) -> None:
    number = bought(connection, adam)

    with pytest.raises(Refused, match="never taken away"):
        actions.add_features(number=number, features=Features(receives_calls=True, sends_sms=True), actor=adam)
    assert actions.add_features(number=number, features=CALLS, actor=adam) is None
    order = actions.add_features(number=number, features=BOTH, actor=adam)
    assert order is not None
    with pytest.raises(Refused, match="at work on this number already"):
        actions.add_features(number=number, features=BOTH, actor=adam)
    carry_out(order_id=order.pk)

    number.refresh_from_db()
    assert actions.features_of(number) == BOTH


def test_number_on_a_workstream_is_neither_changed_nor_released(connection: Connection, adam: User) -> None:
    number = PhoneNumber.objects.get(lines__workstream__name="SMS")
    PhoneNumber.objects.filter(pk=number.pk).update(sends_sms=False)

    for act in (actions.release, lambda **named: actions.add_features(features=BOTH, **named)):
        with pytest.raises(Refused, match="on the workstream SMS"):
            act(number=number, actor=adam)

    assert not Order.objects.exists()


def test_released_number_is_gone_in_azure_and_marked_here(
    connection: Connection, adam: User, local_azure: LocalAzure
) -> None:
    number = bought(connection, adam)

    order = actions.release(number=number, actor=adam)
    for _ in range(2):
        carry_out(order_id=order.pk)  # killed before it was told, it comes again

    number.refresh_from_db()
    order.refresh_from_db()
    assert (order.kind, order.state) == (Kind.RELEASE, State.DONE)
    assert number.missing_since is not None
    assert number.number not in owned(local_azure, connection)
    with pytest.raises(Refused, match="owns this number no longer"):
        actions.release(number=number, actor=adam)


def test_release_that_azure_did_and_did_not_answer_ends_well(
    connection: Connection, adam: User, local_azure: LocalAzure
) -> None:
    number = bought(connection, adam)
    order = actions.release(number=number, actor=adam)
    fault(local_azure, "DELETE /phoneNumbers/*", status=503, done=True, times=9)

    with pytest.raises(AzureError):
        carry_out(order_id=order.pk)
    local_azure.control.delete("/_local/faults").raise_for_status()
    carry_out(order_id=order.pk)

    order.refresh_from_db()
    assert order.state == State.DONE


def test_orders_of_a_resource_that_was_disconnected_end(connection: Connection, adam: User) -> None:
    order = searched(connection, adam)
    actions.purchase(order=order, agreed=False, actor=adam)
    Connection.objects.update(disconnected_at=now())

    carry_out(order_id=order.pk)

    order.refresh_from_db()
    assert (order.state, order.trouble) == (State.FAILED, Trouble.DISCONNECTED)


def test_key_that_azure_does_not_take_is_named(connection: Connection, adam: User, local_azure: LocalAzure) -> None:
    fault(local_azure, "GET /phoneNumbers/*", status=401, times=9)
    number = PhoneNumber.objects.filter(lines__isnull=True)[0]

    order = actions.release(number=number, actor=adam)
    carry_out(order_id=order.pk)

    order.refresh_from_db()
    assert (order.state, order.trouble) == (State.FAILED, Trouble.KEY)


def test_market_says_what_a_country_allows(connection: Connection) -> None:
    market = Market(connection=connection.connection_string, cloud=settings.CLOUD)

    assert [one.name for one in market.countries()] == ["Canada", "France", "United Kingdom", "United States"]
    offers = {one.type: one for one in market.offers("GB")}
    assert offers["tollFree"].features == Features(receives_calls=True)
    assert offers["mobile"].features == Features(receives_sms=True, sends_sms=True)
    [seattle, *_] = market.places("US", "geographic")
    assert (seattle.name, seattle.division) == ("Seattle", "WA")
    assert market.area_codes("US", "geographic", seattle) == ["206"]
    assert "833" in market.area_codes("US", "tollFree", None)
