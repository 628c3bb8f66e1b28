"""Browsing numbers and reserving several of them, through Microsoft's client."""

from uuid import uuid4

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

RESERVATION = "378ddf60-81be-452a-ba4f-613198ea6c28"


def browse(client, country="US", kind="tollFree", **more):
    return client.browse_available_phone_numbers(country_code=country, phone_number_type=kind, **more).phone_numbers


def reserve(client, add=(), remove=(), name=RESERVATION):
    return client.create_or_update_reservation(
        reservation_id=name, numbers_to_add=list(add), numbers_to_remove=list(remove)
    )


def test_browsing_shows_free_numbers_with_price_and_capabilities(azure, phone_numbers):
    found = browse(phone_numbers, phone_number_prefixes=["1844"])

    assert {one.status for one in found} == {"available"}
    assert [one.phone_number for one in found[:2]] == ["+18445550100", "+18445550101"]
    assert (found[0].capabilities.sms, found[0].cost.amount) == ("inbound+outbound", 2.0)


def test_browsing_for_what_nobody_offers_shows_nothing(azure, phone_numbers):
    assert browse(phone_numbers, kind="geographic", sms_capability="inbound+outbound") == []


def test_reserved_numbers_are_held_back(azure, phone_numbers):
    [first, second, *_] = browse(phone_numbers)

    made = reserve(phone_numbers, [first])
    changed = reserve(phone_numbers, [second], [first.id])

    assert (made.status, list(made.phone_numbers), made.phone_numbers[first.id].status) == (
        "active",
        [first.id],
        "reserved",
    )
    assert list(changed.phone_numbers) == [second.id]
    shown = [one.id for one in browse(phone_numbers)]
    assert (first.id in shown, second.id in shown) == (True, False)


def test_reservation_expires_after_a_quarter_of_an_hour_unless_it_is_changed(azure, phone_numbers, advance):
    [number, *_] = browse(phone_numbers)
    reserve(phone_numbers, [number])
    advance(14 * 60)
    reserve(phone_numbers)
    advance(14 * 60)
    still = phone_numbers.get_reservation(RESERVATION)
    advance(60)
    over = phone_numbers.get_reservation(RESERVATION)

    assert (still.status, over.status) == ("active", "expired")
    assert over.phone_numbers[number.id].status == "expired"
    with pytest.raises(HttpResponseError) as caught:
        reserve(phone_numbers, [number])
    assert caught.value.status_code == 400


def test_number_that_another_holds_is_refused_alone(azure, phone_numbers):
    [first, second, *_] = browse(phone_numbers)
    reserve(phone_numbers, [first], name=str(uuid4()))

    made = reserve(phone_numbers, [first, second])

    assert {key: one.status for key, one in made.phone_numbers.items()} == {first.id: "error", second.id: "reserved"}
    assert made.phone_numbers[first.id].error.code == "NotAvailable"
    assert list(phone_numbers.get_reservation(RESERVATION).phone_numbers) == [second.id]


def test_reservations_are_listed_without_their_numbers(azure, phone_numbers):
    for _ in range(3):
        reserve(phone_numbers, browse(phone_numbers)[:1], name=str(uuid4()))

    found = list(phone_numbers.list_reservations(max_page_size=2))

    assert [(one.status, one.phone_numbers) for one in found] == [("active", None)] * 3


def test_deleted_reservation_gives_its_numbers_back(azure, phone_numbers):
    [number, *_] = browse(phone_numbers)
    reserve(phone_numbers, [number])

    phone_numbers.delete_reservation(RESERVATION)

    assert browse(phone_numbers)[0].id == number.id
    with pytest.raises(ResourceNotFoundError):
        phone_numbers.get_reservation(RESERVATION)


def test_reservation_is_bought_whole(azure, phone_numbers):
    numbers = browse(phone_numbers)[:2]
    reserve(phone_numbers, numbers)

    phone_numbers.begin_purchase_reservation(RESERVATION, polling_interval=0.05).result()

    done = phone_numbers.get_reservation(RESERVATION)
    assert (done.status, {one.status for one in done.phone_numbers.values()}) == ("completed", {"purchased"})
    owned = {one.phone_number for one in phone_numbers.list_purchased_phone_numbers()}
    assert owned == {*azure.acs.phone_numbers, *(one.phone_number for one in numbers)}


def test_empty_reservation_cannot_be_bought(azure, phone_numbers):
    reserve(phone_numbers)

    with pytest.raises(HttpResponseError) as caught:
        phone_numbers.begin_purchase_reservation(RESERVATION)

    assert caught.value.status_code == 400


def test_reservation_that_may_not_be_sold_on_needs_the_buyers_word(azure, phone_numbers):
    reserve(phone_numbers, browse(phone_numbers, "FR", "geographic")[:1])

    with pytest.raises(HttpResponseError) as caught:
        phone_numbers.begin_purchase_reservation(RESERVATION)
    phone_numbers.begin_purchase_reservation(RESERVATION, agree_to_not_resell=True, polling_interval=0.05).result()

    assert caught.value.error.message == "Consent not provided to not resell the phone numbers"
    assert phone_numbers.get_reservation(RESERVATION).status == "completed"


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("no-guid", {}, 400),
        (RESERVATION, {"phoneNumbers": {"x": None}, "more": 1}, 400),
        (RESERVATION, {"phoneNumbers": {"x": {"countryCode": "US"}}}, 400),
        (RESERVATION, [], 400),
    ],
)
def test_wrong_reservation_is_refused(azure, acs, name, body, status):
    target = f"/availablePhoneNumbers/reservations/{name}?api-version=2025-06-01"

    response = acs.request("PATCH", target, body, content_type="application/merge-patch+json")

    assert (response.status_code, response.json()["error"]["code"] != "") == (status, True)
