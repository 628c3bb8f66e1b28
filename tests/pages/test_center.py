"""The admin center: its site map, channels, phone numbers, and what belongs to the connected resource."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse_lazy
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from centrala.center.sitemap import place_of
from centrala.connection.models import Connection, Endpoint, EntryKey, Service
from centrala.numbers.models import NumberType, PhoneNumber
from hub import NOWHERE, OURS
from pages.reading import Element, read

APP, TENANT = "0f6f9a2c-0000-4000-8000-00000000000b", "7a1f9c52-0000-4000-8000-00000000000a"


def table(page: Element) -> list[list[str]]:
    """The cells of the page's table, row by row, without the head."""
    rows = page.one("tbody").all("tr")
    return [[cell.text() for cell in row.children if isinstance(cell, Element)] for row in rows]


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        (
            "en",
            [
                "Customer support",
                "Channels",
                "Accounts",
                "Manage",
                "Get started",
                "Connect to Azure Communication Services",
                "Use existing resource",
                "Connect",
            ],
        ),
        (
            "pl",
            [
                "Obsługa klienta",
                "Kanały",
                "Konta",
                "Zarządzaj",
                "Wprowadzenie",
                "Nawiąż połączenie z usługami Azure Communication Services",
                "Użyj istniejącego zasobu",
                "Połącz",
            ],
        ),
    ],
)
def test_path_of_the_document_leads_to_the_five_fields(
    administrator: Client, organised: None, language: str, labels: list[str]
) -> None:
    def follow(link: Element | str) -> Element:
        address = link if isinstance(link, str) else str(link.attributes["href"])
        return read(administrator.get(address, headers={"Accept-Language": language}, follow=True))

    site_map = follow("/center/").one("nav", class_="site-map")
    channels = follow(site_map.all("a")[0])
    accounts = channels.one("section", aria_labelledby="accounts")
    manage = accounts.one("a")
    get_started = follow(manage).one("a", class_="primary")
    connect = follow(get_started)
    use_existing = connect.one("section", aria_labelledby="have").all("a")[0]
    form = follow(use_existing).one("form", class_="form")

    way = [site_map.all("h2")[0], site_map.all("a")[0], accounts.one("h2"), manage, get_started, connect.one("h1")]
    assert [one.text() for one in (*way, use_existing, form.one("button", type="submit"))] == labels
    assert (len(form.all("input", type="text")), len(form.all("input", type="password"))) == (4, 1)


def test_connected_phone_numbers_offer_advanced_instead_of_get_started(
    administrator: Client, connection: Connection
) -> None:
    page = read(administrator.get("/center/phone-numbers/"))

    leads = [one.attributes["href"] for one in page.one("div", class_="commands").all("a")]
    assert leads == [f"/center/phone-numbers/{one}/" for one in ("add", "carriers", "advanced")]
    assert "Get started" not in page.text()
    assert table(page) == [
        ["+1 833-555-0100", "Microsoft", "Toll-free", "None", "Send and receive SMS", "—", "SMS", "Connected"]
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_numbers_take_the_same_queries_however_many(
    administrator: Client, connection: Connection, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for extra in range(count - 1):
        PhoneNumber.objects.create(connection=connection, number=f"+4873210020{extra}", type=NumberType.MOBILE)

    # session, person, connection, carriers, orders, imports; numbers, counted, lines, workstreams
    with django_assert_num_queries(10):
        page = read(administrator.get("/center/phone-numbers/"))

    assert len(table(page)) == count


def test_number_on_no_workstream_is_ready_for_setup(administrator: Client, connection: Connection) -> None:
    PhoneNumber.objects.create(connection=connection, number="+48732100200", makes_calls=True, receives_calls=True)

    rows = table(read(administrator.get("/center/phone-numbers/")))

    assert rows[1] == [
        *("+48 732 100 200", "Microsoft", "Unknown", "Make and receive calls"),
        *("None", "—", "—", "Ready for setup"),
    ]


def test_disconnected_resource_takes_its_numbers_out_of_sight(
    administrator: Client, organised: None, connection: Connection
) -> None:
    Connection.objects.update(disconnected_at=now())

    page = read(administrator.get("/center/phone-numbers/"))

    assert page.all("table") == []
    assert page.one("a", class_="primary").text() == "Get started"
    assert administrator.get("/center/phone-numbers/advanced/").status_code == 404
    assert OURS not in page.text()


def test_numbers_of_a_resource_that_was_connected_before_stay_out_of_sight(
    administrator: Client, connection: Connection
) -> None:
    Connection.objects.update(disconnected_at=now())
    other = Connection.objects.create(
        resource_name="acs-drugi",
        resource_id=connection.resource_id.replace("acs-centrala", "acs-drugi"),
        encrypted_connection_string=connection.encrypted_connection_string,
        connected_at=now(),
    )
    PhoneNumber.objects.create(connection=other, number="+48732100200", makes_calls=True)

    rows = table(read(administrator.get("/center/phone-numbers/")))

    assert [row[0] for row in rows] == ["+48 732 100 200"]


@pytest.fixture
def advanced(administrator: Client, connection: Connection) -> Element:
    connection.entries.create(key=EntryKey.APP_ID, value=APP)
    connection.entries.create(key=EntryKey.TENANT_ID, value=TENANT)
    return read(administrator.get("/center/phone-numbers/advanced/"))


def test_manage_page_shows_ids_and_endpoints_each_with_copy(advanced: Element, connection: Connection) -> None:
    cards = [advanced.one("section", aria_labelledby=name) for name in ("resource", "endpoints")]
    copies = {
        row.one("dt").text(): row.one("code").text()
        for card in cards
        for row in card.all("div", class_="copy-row")
        if row.all("code")
    }
    urls = {endpoint.service: endpoint.url for endpoint in connection.endpoints.all()}

    assert copies == {
        "ACS Resource Name": connection.resource_name,
        "ACS Resource ID": connection.resource_id,
        "Event grid app id": APP,
        "Event grid app tenant id": TENANT,
        "Recording Web Hook Endpoint": urls[Service.RECORDING],
        "SMS Web Hook Endpoint": urls[Service.SMS],
        "Incoming call Web Hook Endpoint": urls[Service.INCOMING_CALL],
    }
    assert sum(len(card.all("button", class_="copy")) for card in cards) == len(copies)


def test_connection_string_is_never_shown(advanced: Element) -> None:
    assert NOWHERE.partition("accesskey=")[2] not in advanced.text()
    assert "Stored encrypted" in advanced.text()


def test_rotated_endpoint_is_shown_no_more(administrator: Client, connection: Connection) -> None:
    old = Endpoint.objects.get(service=Service.SMS)
    old.retires_at = now() + timedelta(hours=24)
    old.save()
    new = Endpoint.objects.create(connection=connection, service=Service.SMS)

    page = read(administrator.get("/center/phone-numbers/advanced/"))

    assert new.url in page.text()
    assert old.url not in page.text()


@pytest.mark.parametrize(
    ("address", "route"),
    [
        (reverse_lazy("center:channels"), "center:channels"),
        (reverse_lazy("center:connect-existing"), "center:channels"),
        (reverse_lazy("center:event", args=[7]), "center:events"),
        ("/elsewhere/", ""),
    ],
)
def test_site_map_marks_the_place_to_which_a_page_belongs(address: str, route: str) -> None:
    assert place_of(str(address)) == route
