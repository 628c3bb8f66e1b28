"""Phone numbers: found in their list, bought step by step, added to, given back."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.timezone import now

from centrala.azure.number_market import Features, Market, Offer, Place
from centrala.center.shelf import Shelf
from centrala.connection.models import Connection
from centrala.numbers.actions import sync
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.ordering.carrying import carry_out
from centrala.ordering.models import Kind, Order, State, Trouble
from centrala.workstreams.actions import set_up
from centrala.workstreams.models import Channel, Line, Workstream
from hub import connected
from localazure.pytest_plugin import LocalAzure
from pages.reading import Element, read

LIST, ADD = "/center/phone-numbers/", "/center/phone-numbers/add/"
NOBODYS = UUID(int=7)
TOLL_FREE = f"{ADD}?country=US&type=toll_free"
pytestmark = pytest.mark.django_db


@pytest.fixture
def real(cloud: LocalAzure) -> Connection:
    made = connected(cloud.acs.connection_string, number=cloud.acs.phone_numbers[0])
    sync(connection=made)
    return made


def numbers(page: Element) -> list[str]:
    return [row.one("th").text() for row in page.one("tbody").all("tr")]


def found(administrator: Client, **changed: str) -> Order:
    wanted = {"calling": "inbound+outbound", "sms": "none", "area_code": "833"} | changed
    answer = administrator.post(TOLL_FREE, wanted)
    order = Order.objects.latest("created_at")
    assert answer["Location"] == f"{LIST}orders/{order.pk}/"
    carry_out(order_id=order.pk)
    order.refresh_from_db()
    return order


def page_of(administrator: Client, order: Order) -> Element:
    return read(administrator.get(f"{LIST}orders/{order.pk}/"))


@pytest.fixture
def many(connection: Connection) -> None:
    """Besides the one on the workstream SMS."""
    PhoneNumber.objects.create(connection=connection, number="+48732100200", makes_calls=True, country="PL")
    PhoneNumber.objects.create(
        connection=connection, number="+12065550101", type=NumberType.GEOGRAPHIC, monthly_cost=1, currency="USD"
    )
    PhoneNumber.objects.create(connection=connection, number="+12065550102", missing_since=now(), synced_at=now())


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["+1 206-555-0101", "+1 206-555-0102", "+1 833-555-0100", "+48 732 100 200"]),
        ("number=2065", ["+1 206-555-0101", "+1 206-555-0102"]),
        ("number=%2B48%20732", ["+48 732 100 200"]),
        ("number=sms", ["+1 833-555-0100"]),
        ("status=connected", ["+1 833-555-0100"]),
        ("status=ready", ["+1 206-555-0101", "+48 732 100 200"]),
        ("status=inactive", ["+1 206-555-0102"]),
        ("able=makes_calls", ["+48 732 100 200"]),
        ("type=geographic", ["+1 206-555-0101"]),
        ("sort=-number", ["+48 732 100 200", "+1 833-555-0100", "+1 206-555-0102", "+1 206-555-0101"]),
        ("sort=workstream&number=+1", ["+1 833-555-0100", "+1 206-555-0101", "+1 206-555-0102"]),
        ("sort=cost&status=ready", ["+1 206-555-0101", "+48 732 100 200"]),
        ("sort=password&status=nonsense&page=x", ["+1 206-555-0101", "+1 206-555-0102", "+1 833-555-0100"]),
    ],
)
def test_list_is_searched_filtered_and_sorted(administrator: Client, many: None, query: str, wanted: list[str]) -> None:
    assert numbers(read(administrator.get(f"{LIST}?{query}")))[: len(wanted)] == wanted


def test_list_says_what_is_sorted_and_sorts_the_other_way(administrator: Client, many: None) -> None:
    page = read(administrator.get(f"{LIST}?status=ready&sort=cost"))

    [sorted_] = page.all("th", aria_sort="ascending")
    assert sorted_.one("a").attributes["href"] == "?status=ready&sort=-cost"


def test_filter_that_finds_nothing_leads_back(administrator: Client, many: None) -> None:
    page = read(administrator.get(f"{LIST}?number=999"))

    assert page.all("tbody") == []
    assert "No number is like that" in page.text()


def test_long_list_comes_in_pages(administrator: Client, connection: Connection) -> None:
    PhoneNumber.objects.bulk_create(
        PhoneNumber(connection=connection, number=f"+4873210{one:04}") for one in range(150)
    )

    second = read(administrator.get(f"{LIST}?page=2&sort=number"))

    assert len(numbers(second)) == 51
    assert "Page 2 of 2, 151 numbers" in second.text()


def test_country_says_what_it_allows_and_what_it_costs_before_anything_is_chosen(
    administrator: Client, real: Connection
) -> None:
    page = read(administrator.get(f"{ADD}?country=GB"))

    rows = [[cell.text() for cell in row.all("td")[:3]] for row in page.one("tbody").all("tr")]
    assert rows == [
        ["Receive calls", "None", "2.00 USD"],
        ["Make and receive calls", "None", "1.00 USD"],
        ["None", "Send and receive SMS", "1.50 USD"],
    ]
    assert not Order.objects.exists()


def test_plans_are_within_what_the_type_can(administrator: Client, real: Connection) -> None:
    page = read(administrator.get(f"{ADD}?country=GB&type=mobile"))

    assert [one.attributes["value"] for one in page.all("input", name="calling")] == ["none"]
    assert administrator.post(f"{ADD}?country=GB&type=mobile", {"calling": "inbound", "sms": "none"}).status_code == 422
    assert administrator.post(f"{ADD}?country=GB&type=mobile", {"calling": "none", "sms": "none"}).status_code == 422
    assert not Order.objects.exists()


def test_geographic_number_is_asked_for_where_it_is(administrator: Client, real: Connection) -> None:
    address = f"{ADD}?country=US&type=geographic"
    page = read(administrator.get(address))
    assert [one.text() for one in page.one("select", id="place").all("option")][1:3] == ["Seattle, WA", "Bellevue, WA"]

    administrator.post(f"{address}&place=New+York+City,+NY", {"calling": "inbound", "sms": "none", "area_code": "646"})
    order = Order.objects.get()
    carry_out(order_id=order.pk)

    order.refresh_from_db()
    assert (order.place, order.number[:5], order.makes_calls) == ("New York City, NY", "+1646", False)


def test_two_towns_of_one_name_have_their_own_area_codes(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Azure offers is kept for a while: each answer by the whole of its question."""
    monkeypatch.setattr(Market, "area_codes", lambda _self, _country, _type, place: [place.division])
    shelf, offer = (
        Shelf(connection=connection),
        Offer(type="geographic", features=Features(), monthly_cost=None, currency="USD"),
    )

    towns = [Place(name="Springfield on the Missouri", division=division) for division in ("IL", "MA")]

    assert [shelf.area_codes("US", offer, town) for town in towns] == [["IL"], ["MA"]]


def test_number_is_seen_with_its_price_and_the_time_it_is_held_before_it_is_bought(
    administrator: Client, real: Connection
) -> None:
    order = found(administrator)
    page = page_of(administrator, order)
    assert page.one("h3").text() == "Summary"
    assert "2.00 USD" in page.text()
    assert order.expires_at is not None
    assert page.one("span", class_="countdown").attributes["data-left"] == order.expires_at.isoformat()
    assert "A number is held for you" in read(administrator.get(LIST)).text()

    answer = administrator.post(f"{LIST}orders/{order.pk}/purchase/")
    assert answer["Location"] == f"{LIST}orders/{order.pk}/"
    under_way = page_of(administrator, order)
    assert under_way.one("section", id="order").attributes["hx-trigger"] == "every 1s"
    assert "It goes on when this page is closed." in under_way.text()
    carry_out(order_id=order.pk)

    number = PhoneNumber.objects.get(number=order.number)
    done = read(administrator.get(f"{LIST}orders/{order.pk}/progress/"))
    assert done.one("h2", id="state").text() == "The number is yours"
    [set_up] = done.all("a", class_="primary")
    assert set_up.attributes["href"] == f"/center/workstreams/add-voice/?number={number.pk}"
    form = read(administrator.get(str(set_up.attributes["href"])))
    [ticked] = [one for one in form.all("input", name="numbers") if "checked" in one.attributes]
    assert ticked.attributes["value"] == str(number.pk)


def test_what_is_held_no_longer_says_so_and_is_not_bought(administrator: Client, real: Connection) -> None:
    order = found(administrator)
    Order.objects.update(expires_at=now() - timedelta(seconds=1))

    answer = administrator.post(f"{LIST}orders/{order.pk}/purchase/")

    assert answer.status_code == 422
    assert "The number is held for you no longer. Fix: find numbers again." in read(answer).text()
    assert page_of(administrator, order).one("h2", id="state").text() == "The number is held for you no longer"
    order.refresh_from_db()
    assert order.state == State.FOUND


def test_order_that_failed_says_why_and_what_to_do(administrator: Client, real: Connection, cloud: LocalAzure) -> None:
    sold_out = {"country": "US", "type": "tollFree", "area_code": "833"}
    cloud.control.post("/_local/numbers/sold-out", json=sold_out).raise_for_status()

    page = page_of(administrator, found(administrator))

    assert page.one("h2", id="state").text() == "Nothing was bought"
    assert "Azure has no such number at the moment. Fix:" in page.one("div", role="alert").text()
    assert page.one("a", class_="primary").attributes["href"] == f"{ADD}?country=US&type=toll_free"


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_its_words(administrator: Client, connection: Connection, trouble: Trouble) -> None:
    order = Order.objects.create(
        connection=connection, kind=Kind.RELEASE, state=State.FAILED, trouble=trouble, said="x"
    )

    assert page_of(administrator, order).one("div", role="alert").all("p")[0].text()


def test_azure_that_cannot_be_asked_is_told(administrator: Client, connection: Connection) -> None:
    answer = administrator.get(ADD)

    assert answer.status_code == 502
    assert "there is no answer" in read(answer).text()


def test_features_are_added_on_the_numbers_page(administrator: Client, real: Connection) -> None:
    number = PhoneNumber.objects.filter(lines__isnull=True)[0]
    PhoneNumber.objects.filter(pk=number.pk).update(sends_sms=False, receives_sms=False)
    page = read(administrator.get(f"{LIST}{number.pk}/"))
    fixed = {one.attributes["name"] for one in page.all("input", type="checkbox") if "disabled" in one.attributes}

    administrator.post(f"{LIST}{number.pk}/features/", {"sends_sms": "on"})

    order = Order.objects.get()
    assert {"sends_sms", "receives_sms"}.isdisjoint(fixed)
    assert (order.kind, order.sends_sms, order.receives_sms) == (Kind.CHANGE, True, False)


def test_only_features_that_the_country_offers_can_be_ticked(administrator: Client, real: Connection) -> None:
    number = PhoneNumber.objects.get(lines__isnull=True)
    PhoneNumber.objects.filter(pk=number.pk).update(type=NumberType.GEOGRAPHIC, sends_sms=False, receives_sms=False)

    page = read(administrator.get(f"{LIST}{number.pk}/"))

    assert all("disabled" in one.attributes for one in page.all("input", type="checkbox"))
    assert "Azure offers this number nothing more." in page.text()


def test_number_that_is_used_says_what_keeps_it(administrator: Client, real: Connection) -> None:
    number = PhoneNumber.objects.get(lines__isnull=False)
    page = read(administrator.get(f"{LIST}{number.pk}/"))

    answer = administrator.post(f"{LIST}{number.pk}/release/", follow=True)

    assert "when it is on no workstream and in no outbound profile" in page.text()
    assert "The number is on the workstream SMS. Fix:" in read(answer).text()
    assert not Order.objects.exists()


def test_number_is_on_one_workstream_of_a_channel(administrator: Client, connection: Connection) -> None:
    number = PhoneNumber.objects.get()

    set_up(name="Another", channel=Channel.SMS, numbers=[number])

    assert [str(line.workstream) for line in number.lines.all()] == ["Another"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.create(number=number, channel=Channel.SMS, workstream=Workstream.objects.get(name="SMS"))


def test_number_is_released_after_a_question(administrator: Client, real: Connection) -> None:
    number = PhoneNumber.objects.filter(lines__isnull=True)[0]

    administrator.post(f"{LIST}{number.pk}/release/")
    order = Order.objects.get()
    carry_out(order_id=order.pk)

    assert page_of(administrator, order).one("h2", id="state").text() == "The number is released"
    assert "Azure does not list this number any more." in read(administrator.get(f"{LIST}{number.pk}/")).text()


@pytest.mark.parametrize("path", ["", "add/", "1/", f"orders/{NOBODYS}/", f"orders/{NOBODYS}/progress/"])
def test_pages_are_the_administrators(agent: Client, supervisor: Client, connection: Connection, path: str) -> None:
    assert {one.get(f"{LIST}{path}").status_code for one in (agent, supervisor)} == {404}


def test_orders_of_another_resource_are_out_of_sight(administrator: Client, connection: Connection) -> None:
    order = Order.objects.create(connection=connection, kind=Kind.PURCHASE, state=State.FOUND)
    Connection.objects.update(disconnected_at=now())

    for path in ("", "progress/"):
        assert administrator.get(f"{LIST}orders/{order.pk}/{path}").status_code == 404
    assert administrator.post(f"{LIST}orders/{order.pk}/purchase/").status_code == 404
