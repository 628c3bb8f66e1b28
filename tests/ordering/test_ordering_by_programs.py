"""Numbers found, bought, changed and released by the REST API, in the local cloud."""

import pytest

from api.scene import Program, program_of
from centrala.api import actions as tokens
from centrala.api.models import Scope
from centrala.connection.models import Connection
from centrala.ordering.carrying import carry_out
from centrala.ordering.models import Order
from centrala.organization.models import AuditEntry, Role, User

WANTED = {"country": "US", "type": "toll_free", "area_code": "833", "receives_calls": True, "makes_calls": True}


@pytest.fixture
def buyer(adam: User, connection: Connection) -> Program:
    scopes = [Scope.NUMBERS_READ, Scope.NUMBERS_ORDER]
    return Program(tokens.issue(owner=adam, name="shop", scopes=scopes, actor=adam)[1])


def found(buyer: Program) -> str:
    answer = buyer.post("/orders", WANTED)
    assert (answer.status_code, answer.json()["state"]) == (202, "searching")
    order = Order.objects.get(pk=answer.json()["id"])
    carry_out(order_id=order.pk)
    return str(order.pk)


def bought(buyer: Program) -> str:
    order = found(buyer)
    assert buyer.post(f"/orders/{order}/purchase", {}).status_code == 202
    carry_out(order_id=Order.objects.get(pk=order).pk)
    return str(buyer.get(f"/orders/{order}").json()["number"])


def told(buyer: Program, number: str) -> dict[str, object]:
    return next((one for one in buyer.get("/numbers").json()["items"] if one["number"] == number), {})


def test_number_is_found_then_bought_once(buyer: Program, adam: User) -> None:
    order = found(buyer)
    held = buyer.get(f"/orders/{order}").json()
    assert (held["state"], held["expired"], held["currency"]) == ("found", False, "USD")
    assert told(buyer, held["number"]) == {}

    first, again = (buyer.post(f"/orders/{order}/purchase", {}) for _ in range(2))
    carry_out(order_id=Order.objects.get(pk=order).pk)

    assert (first.status_code, first.json()["state"], again.json()) == (202, "under_way", first.json())
    assert buyer.get(f"/orders/{order}").json()["state"] == "done"
    assert told(buyer, held["number"]).items() >= {"country": "US", "carrier": None, "status": "ready"}.items()
    assert AuditEntry.objects.get(act="purchase number").actor == adam


def test_features_are_added_and_number_is_released(buyer: Program) -> None:
    number = bought(buyer)
    can = dict.fromkeys(("receives_calls", "makes_calls", "receives_sms", "sends_sms"), True)

    changed = buyer.post(f"/numbers/{number}/features", can)
    carry_out(order_id=Order.objects.get(kind="change").pk)
    again = buyer.post(f"/numbers/{number}/features", can)
    assert (changed.status_code, again.status_code) == (202, 200)
    assert again.json() == told(buyer, number)
    assert told(buyer, number).items() >= can.items()

    released = buyer.post(f"/numbers/{number}/release", {})
    carry_out(order_id=Order.objects.get(kind="release").pk)
    assert (released.status_code, released.json()["number"]) == (202, number)
    assert told(buyer, number)["status"] == "inactive"


def test_features_are_never_taken_away(buyer: Program) -> None:
    answer = buyer.post(f"/numbers/{bought(buyer)}/features", {"receives_calls": True})

    message = "What a number can do can be added to, never taken away."
    assert (answer.status_code, answer.json()) == (422, {"error": {"code": "refused", "message": message}})


def test_order_that_makes_no_sense_is_refused(buyer: Program) -> None:
    for wrong in ({"country": "us"}, {"type": "short_code"}, {"area_code": "8x"}):
        answer = buyer.post("/orders", WANTED | wrong)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "not_valid")
    assert buyer.post("/orders", {"country": "US", "type": "toll_free"}).json()["error"]["code"] == "refused"
    assert not Order.objects.exists()


def test_nothing_is_spent_without_the_scope_or_the_role(buyer: Program, adam: User) -> None:
    order = found(buyer)
    reader = program_of(adam)
    paths = ("/orders", f"/orders/{order}/purchase", "/numbers/+18335550100/features", "/numbers/+18335550100/release")

    assert {reader.post(path, WANTED).status_code for path in paths} == {403}
    User.objects.update(role=Role.AGENT)
    assert {buyer.post(path, WANTED).status_code for path in paths} == {403}
    assert Order.objects.get().state == "found"


def test_nothing_is_ordered_without_a_resource_of_ones_own(buyer: Program) -> None:
    Connection.objects.update(is_trial=True)

    answer = buyer.post("/orders", WANTED)

    message = "No resource of your own is connected. Fix: connect one first."
    assert (answer.status_code, answer.json()["error"]["message"]) == (422, message)
