"""Sign in to Azure: a code, what the page says until it is entered, and how long the sign-in lasts."""

from uuid import UUID

import pytest
from django.conf import settings as configured
from django.test import Client
from pytest_django import Settings

from centrala.azure import resources
from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ResourceId
from centrala.connection import sign_in as signing
from centrala.connection.sign_in import SIGN_INS
from centrala.organization.models import AuditEntry, Organization, Session, User
from localazure.pytest_plugin import LocalAzure
from pages.reading import read
from signing_in import BEGIN, END, PAGE, Clock, begin, credential_of, enter, sign_in

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def clock(cloud: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(cloud)
    monkeypatch.setattr(SIGN_INS, "clock", clock)
    return clock


def alert(client: Client) -> str:
    return read(client.get(PAGE, headers=HTMX)).one(role="alert").text()


def heading(client: Client) -> str:
    return read(client.get(PAGE)).one("h2", id="azure-state").text()


def test_page_says_what_the_sign_in_is_for_and_asks_nothing_of_azure(administrator: Client) -> None:
    page = read(administrator.get(PAGE))

    assert page.one("h2", id="azure-state").text() == "You are not signed in to Azure"
    uses = page.one("ul", class_="plain-list").text()
    assert "reads the subscriptions, groups and resources that you may see" in uses
    assert "written nowhere" in uses
    assert "Microsoft Azure CLI" in uses


def test_page_shows_the_code_with_its_link_and_looks_again_by_itself(administrator: Client, cloud: LocalAzure) -> None:
    page = read(administrator.post(BEGIN, follow=True))

    card = page.one("section", id="azure-sign-in")
    assert (card.attributes["hx-get"], card.attributes["hx-trigger"]) == (PAGE, "every 2s")
    assert len(card.one("code").text()) == 9
    assert card.one("ol").one("a").attributes["href"] == f"{cloud.portal}/devicelogin"
    assert "The code is good until" in card.text()
    assert administrator.get(PAGE, headers=HTMX).status_code == 204


@pytest.mark.parametrize("name", ["adam", "beata", "ala", "celina"])
def test_code_entered_leads_on_and_acts_with_that_persons_rights(
    administrator: Client, cloud: LocalAzure, clock: Clock, name: str
) -> None:
    enter(cloud, begin(administrator, leads_to="/center/phone-numbers/"), name)
    clock.advance(5)

    answer = administrator.get(PAGE, headers=HTMX)

    assert answer["HX-Redirect"] == "/center/phone-numbers/"
    assert administrator.get(PAGE, headers=HTMX)["HX-Redirect"] == "/center/phone-numbers/"  # the next page is slow
    words = read(administrator.get("/center/phone-numbers/")).one(role="status").text()
    assert words == f"You are signed in to Azure as {cloud.people[name].username}."
    assert AuditEntry.objects.get(act="sign in to Azure").target == cloud.people[name].username
    assert may_read(administrator, cloud) == (name != "celina")


def may_read(client: Client, cloud: LocalAzure) -> bool:
    resource, acting = ResourceId.parse(cloud.acs.resource_id), credential_of(client)
    assert acting is not None
    try:
        return bool(resources.read_resource(resource, credential=acting, cloud=configured.CLOUD).host)
    except AzureError as error:
        return error.status != 403


def test_azure_is_asked_no_faster_than_it_wants(administrator: Client, cloud: LocalAzure, clock: Clock) -> None:
    enter(cloud, begin(administrator), "adam")

    assert administrator.get(PAGE, headers=HTMX).status_code == 204
    clock.advance(4)
    assert administrator.get(PAGE, headers=HTMX).status_code == 204
    clock.advance(1)
    assert administrator.get(PAGE, headers=HTMX)["HX-Redirect"] == PAGE


def test_declined_sign_in_says_so(administrator: Client, cloud: LocalAzure, clock: Clock) -> None:
    enter(cloud, begin(administrator), "adam", act="cancel")
    clock.advance(5)

    assert "The sign-in was declined" in alert(administrator)
    assert credential_of(administrator) is None
    assert heading(administrator) == "You are not signed in to Azure"


def test_code_that_nobody_entered_expires(administrator: Client, clock: Clock) -> None:
    begin(administrator)
    clock.advance(901)

    assert "The code has expired" in alert(administrator)


def test_cancel_forgets_the_code(administrator: Client, cloud: LocalAzure, clock: Clock) -> None:
    code = begin(administrator)
    administrator.post(END)
    enter(cloud, code, "adam")
    clock.advance(5)

    assert heading(administrator) == "You are not signed in to Azure"
    assert credential_of(administrator) is None


def test_account_of_another_tenant_is_refused_with_both_ids(
    administrator: Client, cloud: LocalAzure, clock: Clock
) -> None:
    ours = UUID(int=7)
    Organization.objects.update(tenant_id=ours)
    enter(cloud, begin(administrator), "adam")
    clock.advance(5)

    words = alert(administrator)

    assert f"the tenant {cloud.tenant_id}" in words
    assert f"the organisation's tenant is {ours}" in words
    assert credential_of(administrator) is None


def test_cloud_out_of_reach_says_so_and_nothing_breaks(administrator: Client, settings: Settings) -> None:
    nowhere = "https://localhost:1"
    settings.CLOUD = Cloud(authority=nowhere, resource_manager=nowhere, graph=nowhere)

    answer = administrator.post(BEGIN)

    assert answer.status_code == 502
    assert "Azure did not answer the sign-in" in read(answer).one(role="alert").text()


def test_program_that_the_tenant_does_not_know_is_named(
    administrator: Client, cloud: LocalAzure, settings: Settings
) -> None:
    settings.AZURE_SIGN_IN_CLIENT_ID = str(UUID(int=9))

    answer = administrator.post(BEGIN)

    assert f"Application with identifier '{UUID(int=9)}' was not found" in read(answer).one(role="alert").text()
    assert "Trace ID" not in read(answer).text()
    assert "Microsoft Azure CLI" not in read(answer).text()


def test_sign_in_that_cannot_be_asked_about_goes_on_waiting(
    administrator: Client, cloud: LocalAzure, clock: Clock
) -> None:
    code = begin(administrator)
    clock.advance(5)
    fault = {"operation": "POST /*/oauth2/v2.0/token", "status": 503, "retry_after_seconds": 0}
    cloud.control.post("/_local/faults", json=fault).raise_for_status()

    page = read(administrator.get(PAGE, headers=HTMX))
    enter(cloud, code, "adam")
    clock.advance(10)

    assert "goes on trying" in page.text()
    assert administrator.get(PAGE, headers=HTMX)["HX-Redirect"] == PAGE


def test_organisation_that_is_not_set_up_cannot_be_signed_in_for(administrator: Client) -> None:
    Organization.objects.all().delete()

    assert "not set up yet" in read(administrator.post(BEGIN)).one(role="alert").text()


def test_signing_out_of_azure_leaves_the_hub_open(administrator: Client, cloud: LocalAzure, clock: Clock) -> None:
    sign_in(administrator, clock)

    administrator.post(END)

    assert credential_of(administrator) is None
    assert heading(administrator) == "You are not signed in to Azure"


def test_hour_without_use_ends_it_and_use_prolongs_it(administrator: Client, cloud: LocalAzure, clock: Clock) -> None:
    sign_in(administrator, clock)

    clock.advance(3599)
    assert credential_of(administrator) is not None
    clock.advance(3599)
    assert credential_of(administrator) is not None
    clock.advance(3600)

    assert credential_of(administrator) is None
    assert heading(administrator) == "You are not signed in to Azure"


def test_signing_out_of_the_hub_ends_it_and_forgets_the_tokens(
    administrator: Client, cloud: LocalAzure, clock: Clock
) -> None:
    sign_in(administrator, clock)
    kept = administrator.session
    name = kept[signing.KEY]

    administrator.post("/sign-out")

    assert name not in SIGN_INS._all
    assert not Session.objects.filter(session_key=kept.session_key).exists()


def test_nothing_of_it_is_in_the_database(administrator: Client, cloud: LocalAzure, clock: Clock) -> None:
    sign_in(administrator, clock)

    session = administrator.session
    assert set(session.keys()) - {"_auth_user_id", "_auth_user_backend", "_auth_user_hash", "_messages"} == {
        signing.KEY
    }
    assert len(session[signing.KEY]) < 30


def test_other_sessions_and_other_people_do_not_have_it(administrator: Client, cloud: LocalAzure, clock: Clock) -> None:
    sign_in(administrator, clock)
    elsewhere = Client()
    elsewhere.force_login(User.objects.get(username="adam"))

    assert credential_of(elsewhere) is None

    User.objects.filter(username="adam").update(role="agent")
    assert credential_of(administrator) is None


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/desk/", "\\\\x"])
def test_sign_in_leads_nowhere_but_the_admin_center(
    administrator: Client, cloud: LocalAzure, clock: Clock, target: str
) -> None:
    enter(cloud, begin(administrator, leads_to=target), "adam")
    clock.advance(5)

    assert administrator.get(PAGE, headers=HTMX)["HX-Redirect"] == PAGE


@pytest.mark.parametrize("who", ["agent", "supervisor", "outsider"])
def test_nobody_else_reaches_it(who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)

    assert [client.get(PAGE).status_code, client.post(BEGIN).status_code, client.post(END).status_code] == [404] * 3


def test_page_speaks_polish(administrator: Client) -> None:
    page = read(administrator.get(PAGE, headers={"Accept-Language": "pl"}))

    assert page.one("h1").text() == "Zaloguj się w Azure"
    assert page.one("h2", id="azure-state").text() == "Nie zalogowano się w Azure"
