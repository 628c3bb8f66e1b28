"""The pages: tables to search, columns and data to copy, application users to keep."""

from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from centrala.connection.models import Connection
from centrala.dataverse import actions, pages
from centrala.dataverse.models import ApplicationRole, ApplicationUser
from centrala.dataverse.tables import TABLES as KNOWN
from centrala.numbers.models import Carrier
from centrala.organization.models import AuditEntry, User
from centrala.workstreams.actions import set_up
from centrala.workstreams.context import ContextVariable
from centrala.workstreams.models import Channel
from dataverse.scene import APP_ID, SECRET, TENANT_ID, Reader
from hooks.scene import CLIENT
from pages.reading import Element, read

TABLES = "/center/dataverse/tables/"
ENTRY, SETTING, NUMBER = (
    f"{TABLES}msdyn_occommunicationprovidersettingentry/",
    f"{TABLES}msdyn_occommunicationprovidersetting/",
    f"{TABLES}msdyn_ocphonenumber/",
)
USERS = "/center/dataverse/application-users/"
LABELS = {
    "Communication Provider Setting": "Ustawienie dostawcy komunikacji",
    "Communication Provider Setting Entry": "Wpis ustawienia dostawcy komunikacji",
    "Phone number": "Numer telefonu",
    "Carrier": "Operator",
    "Work Stream": "Strumień pracy",
    "Context variable": "Zmienna kontekstowa",
}


@pytest.fixture
def browser(reader: Reader) -> Client:
    return reader.client


@pytest.fixture
def application(db: None) -> ApplicationUser:
    return actions.register(application_id=UUID(CLIENT), name="Export", role=ApplicationRole.AGENT, actor=None)


def names(page: Element) -> list[str]:
    return [link.text() for link in page.one("tbody").all("a")]


def data(page: Element) -> list[list[str]]:
    """What stands in each row of the first table, by its values alone."""
    rows = page.all("tbody")[0].all("tr")
    return [[value.text() for value in row.all("code")] for row in rows]


def test_all_tables_are_listed_in_the_readers_language(browser: Client) -> None:
    for language, labels in (("en", list(LABELS)), ("pl", list(LABELS.values()))):
        assert names(read(browser.get(TABLES, headers={"Accept-Language": language}))) == labels


@pytest.mark.parametrize(
    ("language", "search", "found"),
    [
        ("en", "communication provider setting entry", ["Communication Provider Setting Entry"]),
        ("en", " SETTING ", list(LABELS)[:2]),
        ("en", "ocphone", ["Phone number"]),
        ("pl", "wpis ustawienia dostawcy", ["Wpis ustawienia dostawcy komunikacji"]),
        ("pl", "providersettingentry", ["Wpis ustawienia dostawcy komunikacji"]),
        ("pl", "wprowadzania ustawień dostawców komunikacji", ["Wpis ustawienia dostawcy komunikacji"]),
        ("en", "x" * 101, list(LABELS)),
        ("en", "\0", list(LABELS)),
    ],
)
def test_search_finds_tables_by_what_they_are_called(
    browser: Client, language: str, search: str, found: list[str]
) -> None:
    page = read(browser.get(TABLES, {"search": search}, headers={"Accept-Language": language}))

    assert names(page) == found


def test_search_that_finds_nothing_says_so(browser: Client) -> None:
    page = read(browser.get(TABLES, {"search": "<b>account"}))

    assert page.one("div", class_="empty").one("h2").text() == "No table is called that"


def test_entries_are_read_with_key_and_value_and_copied(browser: Client, connection: Connection) -> None:
    page = read(browser.get(ENTRY))

    assert data(page) == [["EventGridAppID", APP_ID, "Active"], ["EventGripAppTenantID", TENANT_ID, "Active"]]
    buttons = page.all("tbody")[0].all("button", class_="copy")
    ids = {code.attributes["id"]: code.text() for code in page.all("tbody")[0].all("code")}
    assert [ids[button.attributes["data-copy"]] for button in buttons] == [word for row in data(page) for word in row]
    assert buttons[1].attributes["aria-label"] == f"Copy Value {APP_ID}"


def test_way_leads_through_the_environment_to_the_table(browser: Client, connection: Connection, entra: object) -> None:
    page = read(browser.get(ENTRY))

    assert page.one("nav", class_="trail").text() == "Power Apps Centrala Dataverse Tables"
    assert page.one("nav", class_="site-map").one("a", aria_current="page").text() == "Tables"


def test_row_is_shown_whole_and_leads_to_what_it_points_to(browser: Client, connection: Connection) -> None:
    first = read(browser.get(ENTRY)).all("tbody")[0].all("a")[0].attributes["href"]

    page = read(browser.get(str(first)))

    assert page.one("h1").text() == "EventGridAppID"
    assert APP_ID in [value.text() for value in page.all("code")]
    link = page.one("dl").one("a").attributes["href"]
    assert link == f"{SETTING}{connection.id}/"
    assert read(browser.get(str(link))).one("h1").text() == "acs-centrala"


def test_secured_column_is_masked(browser: Client, connection: Connection) -> None:
    for address in (SETTING, f"{SETTING}{connection.id}/"):
        answer = browser.get(address)

        assert read(answer).one("span", class_="kept").text().startswith("••••••••")
        assert SECRET not in answer.content.decode()
        assert connection.encrypted_connection_string not in answer.content.decode()


def test_nothing_connected_says_when_rows_appear(browser: Client) -> None:
    assert read(browser.get(ENTRY)).one("div", class_="empty").one("h3").text() == "No rows yet"


def test_numbers_go_on_page_by_page(browser: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE", 3)

    first = read(browser.get(NUMBER))
    following = first.one("a", rel="next").attributes["href"]
    second = read(browser.get(f"{NUMBER}{following}"))

    assert [row[0] for row in data(first) + data(second)] == ["+18335550100", "+48221002000", "+48600100200", "12345"]
    assert second.all("a", rel="next") == []


@pytest.mark.parametrize("after", ["x", "1~x", "-1", "\0", "9" * 500])
def test_place_that_makes_no_sense_shows_the_first_page(browser: Client, connection: Connection, after: str) -> None:
    assert len(data(read(browser.get(NUMBER, {"after": after})))) == 4


@pytest.mark.parametrize(
    "address",
    [f"{TABLES}account/", f"{ENTRY}00000000-0000-0000-0000-000000000001/", f"{ENTRY}x/", f"{USERS}{UUID(int=1)}/"],
)
def test_page_of_nothing_is_not_found(browser: Client, connection: Connection, address: str) -> None:
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize("count", [0, 3])
def test_entries_take_as_many_queries_for_many_as_for_none(
    browser: Client, connection: Connection, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    connection.entries.exclude(key__in=["EventGridAppID", "EventGripAppTenantID"][:count]).delete()

    with django_assert_num_queries(5):  # session, person, organisation twice, entries
        browser.get(ENTRY)


def test_supervisor_finds_none_of_it(beata: User, connection: Connection, application: ApplicationUser) -> None:
    client = Client()
    client.force_login(beata)
    one = f"{USERS}{application.pk}/"

    assert {client.get(page).status_code for page in (TABLES, ENTRY, USERS, f"{USERS}add/", one)} == {404}
    assert {client.post(page).status_code for page in (f"{USERS}add/", one, f"{one}disable/", f"{one}remove/")} == {404}
    assert ApplicationUser.objects.get().enabled


def test_application_user_is_added_by_its_id(browser: Client) -> None:
    asked = {"application_id": f" {CLIENT.upper()} ", "name": "Nightly export", "role": "administrator"}

    answer = browser.post(f"{USERS}add/", asked, follow=True)

    page = read(answer)
    assert page.one("div", class_="ok").text() == "“Nightly export” may read the tables."
    [row] = page.one("tbody").all("tr")
    assert row.text() == f"Nightly export {CLIENT} Omnichannel administrator Enabled —"
    assert AuditEntry.objects.get().actor_name == "adam"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"application_id": ""}, "application_id", "This field is required."),
        (
            {"application_id": "Export"},
            "application_id",
            "This is no application id. Fix: copy",
        ),
        ({"application_id": f"{UUID(int=0)}"}, "application_id", "This is no application id: it is all zeros."),
        ({"application_id": f"{CLIENT}0"}, "application_id", "This is no application id. Fix: copy"),
        ({"name": " "}, "name", "This field is required."),
        ({"name": "x" * 101}, "name", "Ensure this value has at most 100 characters"),
        ({"name": "a\u202eb"}, "name", "A control character is in this text."),
        ({"role": "king"}, "role", "Select a valid choice."),
    ],
)
def test_application_user_that_makes_no_sense_is_refused_at_its_field(
    browser: Client, changes: dict[str, str], field: str, message: str
) -> None:
    answer = browser.post(f"{USERS}add/", {"application_id": CLIENT, "name": "Export", "role": "agent"} | changes)

    page = read(answer)
    assert answer.status_code == 422
    assert page.one("p", id=f"id_{field}_error").text().startswith(message)
    assert not ApplicationUser.objects.exists()


def test_application_is_added_once(browser: Client, application: ApplicationUser) -> None:
    answer = browser.post(f"{USERS}add/", {"application_id": CLIENT, "name": "Other", "role": "administrator"})

    assert answer.status_code == 422
    assert read(answer).one("p", id="id_application_id_error").text() == (
        "This application is an application user already."
    )
    assert ApplicationUser.objects.get().name == "Export"


def test_application_user_is_changed_disabled_enabled_and_removed(
    browser: Client, application: ApplicationUser
) -> None:
    one = f"{USERS}{application.pk}/"

    browser.post(one, {"name": "Dialler", "role": "administrator"})
    browser.post(f"{one}disable/")
    disabled = ApplicationUser.objects.values("name", "role", "enabled").get()
    browser.post(f"{one}enable/")
    enabled = ApplicationUser.objects.get().enabled
    unknown = browser.post(f"{one}promote/").status_code
    removed = read(browser.post(f"{one}remove/", follow=True))

    assert disabled == {"name": "Dialler", "role": "administrator", "enabled": False}
    assert (enabled, unknown) == (True, 404)
    assert [bar.text() for bar in removed.all("div", class_="ok")] == ["Saved.", "“Dialler” is removed."]
    acts = list(AuditEntry.objects.order_by("at").values_list("act", flat=True))
    assert acts == ["add application user", *["change application user"] * 3, "remove application user"]


@pytest.mark.parametrize("name", KNOWN)
def test_every_table_has_a_page_and_so_has_every_row_of_it(browser: Client, connection: Connection, name: str) -> None:
    Carrier.objects.create(name="Northwind Voice")
    voice = set_up(name="Travel desk", channel=Channel.VOICE, numbers=[])
    ContextVariable.objects.create(workstream=voice, name="customer_tier")

    page = browser.get(f"{TABLES}{name}/")
    assert page.status_code == 200
    links = [one.attributes["href"] for one in read(page).all("a")]
    own = [link for link in links if link.startswith(f"{TABLES}{name}/") and link != f"{TABLES}{name}/"]
    assert own != []
    assert {browser.get(link).status_code for link in own} == {200}
