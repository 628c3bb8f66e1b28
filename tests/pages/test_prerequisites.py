"""What connecting takes, as the panel tells it, and when Get started is there and may be pressed."""

import ssl
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from azure.core.credentials import TokenCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from django.test import Client
from django.utils.timezone import now
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.connection.models import Connection
from centrala.connection.sign_in import SIGN_INS
from centrala.organization.models import AuditEntry, Kind, Organization
from hub import connected
from localazure.pytest_plugin import LocalAzure
from pages.reading import Element, read
from signing_in import PAGE as SIGN_IN
from signing_in import Clock, sign_in

PAGE = "/center/phone-numbers/"
CONNECT, EXISTING = f"{PAGE}connect/", f"{PAGE}connect/existing/"
REGISTER, TEST_REACH = f"{PAGE}prerequisites/register/", f"{PAGE}test-reach/"
EVENT_GRID = "The provider Microsoft.EventGrid is registered"
SUBSCRIPTION = "Your Azure subscription is active and in the organisation's tenant"
ROLE = "Your role there is Contributor or enough"


@pytest.fixture(autouse=True)
def clock(cloud: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(cloud)
    monkeypatch.setattr(SIGN_INS, "clock", clock)
    return clock


def panel(page: Element) -> dict[str, str]:
    """Each check's verdict."""
    rows = page.one("ul", class_="checklist").all("li")
    return {row.one("strong").text(): row.one("span", class_="verdict").text() for row in rows}


def why(page: Element, title: str) -> str:
    rows = page.one("ul", class_="checklist").all("li")
    return next(row.one("p", class_="quiet").text() for row in rows if row.one("strong").text() == title)


def get_started(page: Element) -> str:
    """hidden, disabled or enabled."""
    found = [one for one in page.all() if one.text() == "Get started" and one.tag in {"a", "button"}]
    if not found:
        return "hidden"
    return "disabled" if "disabled" in found[0].attributes else "enabled"


TRIAL = {"kind": Kind.TRIAL, "trial_started_at": now()}
STATES: dict[str, tuple[dict[str, object], bool, str, int]] = {
    # name: the organisation, whether something is connected -> Get started, the wizard's status
    "production": ({}, False, "enabled", 200),
    "sandbox": ({"kind": Kind.SANDBOX}, False, "enabled", 200),
    "trial running": (TRIAL | {"trial_ends_at": now() + timedelta(days=3)}, False, "hidden", 403),
    "trial over": (TRIAL | {"trial_ends_at": now() - timedelta(days=3)}, False, "enabled", 200),
    "trial ended by hand": (TRIAL | {"trial_ends_at": now()}, False, "enabled", 200),
    "no licence": ({"licensed": False}, False, "disabled", 403),
    "voice not added": ({"voice": False}, False, "disabled", 403),
    "terms not accepted": ({"terms_accepted_at": None}, False, "disabled", 403),
    "connected": ({}, True, "hidden", 302),
    "connected, trial running": (TRIAL | {"trial_ends_at": now() + timedelta(days=3)}, True, "hidden", 302),
}


@pytest.mark.parametrize("state", STATES)
def test_get_started_is_there_by_the_table_and_the_wizard_refuses_likewise(administrator: Client, state: str) -> None:
    organization, is_connected, button, status = STATES[state]
    Organization.objects.update(**organization)
    if is_connected:
        connected()

    assert get_started(read(administrator.get(PAGE))) == button
    assert [administrator.get(CONNECT).status_code, administrator.get(EXISTING).status_code] == [status, status]
    assert administrator.post(EXISTING, {"resource_name": "x"}).status_code == (422 if status == 200 else status)
    assert Connection.objects.count() == is_connected


def test_disconnected_resource_brings_get_started_back(administrator: Client) -> None:
    connection = connected()
    Connection.objects.filter(pk=connection.pk).update(disconnected_at=now())

    assert get_started(read(administrator.get(PAGE))) == "enabled"


def test_organisation_that_is_not_set_up_comes_first(administrator: Client) -> None:
    Organization.objects.all().delete()

    page = read(administrator.get(PAGE))

    assert get_started(page) == "disabled"
    assert panel(page)["The organisation is set up"] == "No"
    assert administrator.post(EXISTING).status_code == 403


@pytest.mark.parametrize(
    ("change", "title", "reason"),
    [
        ({"licensed": False}, "The organisation has a licence", "No licence for digital messaging is recorded"),
        ({"voice": False}, "Voice is added and its terms are accepted", "Voice is not added."),
        (
            {"terms_accepted_at": None},
            "Voice is added and its terms are accepted",
            "The Voice and SMS Terms are not accepted.",
        ),
        (
            TRIAL | {"trial_ends_at": now() + timedelta(days=3)},
            "The organisation is not a trial, or the trial is over",
            "its own numbers work without a connection",
        ),
    ],
)
def test_check_that_says_no_tells_why_and_what_to_do(
    administrator: Client, change: dict[str, object], title: str, reason: str
) -> None:
    Organization.objects.update(**change)

    page = read(administrator.get(PAGE))

    assert panel(page)[title] == "No"
    assert reason in why(page, title)
    rows = [row for row in page.one("ul", class_="checklist").all("li") if row.one("strong").text() == title]
    assert rows[0].all("a") + rows[0].all("button")


def test_trial_can_be_ended_from_the_page(administrator: Client) -> None:
    Organization.objects.update(**TRIAL | {"trial_ends_at": now() + timedelta(days=3)})
    form = read(administrator.get(PAGE)).one("details").one("form")

    answer = administrator.post(str(form.attributes["action"]), {"page": "phone-numbers"}, follow=True)

    assert answer.redirect_chain == [(PAGE, 302)]
    assert get_started(read(answer)) == "enabled"


def test_without_signing_in_azure_is_not_checked_and_nothing_blocks(administrator: Client) -> None:
    page = read(administrator.get(PAGE))

    unchecked = [title for title, verdict in panel(page).items() if verdict == "Not checked"]
    assert unchecked == [SUBSCRIPTION, ROLE, "The provider Microsoft.Communication is registered", EVENT_GRID]
    assert why(page, ROLE) == "Not checked: you are not signed in to Azure."
    assert page.one("a", href=f"{SIGN_IN}?next={PAGE}").text() == "Sign in to Azure"


@pytest.mark.parametrize(
    ("name", "subscription", "role", "button"),
    [
        ("adam", "OK", "OK", "enabled"),  # Owner
        ("beata", "OK", "OK", "enabled"),  # Contributor
        ("ala", "OK", "No", "disabled"),  # Reader
        ("celina", "No", "Not checked", "disabled"),  # no role at all
    ],
)
def test_role_is_told_by_what_it_allows(
    administrator: Client, clock: Clock, name: str, subscription: str, role: str, button: str
) -> None:
    sign_in(administrator, clock, name)

    page = read(administrator.get(PAGE))

    assert (panel(page)[SUBSCRIPTION], panel(page)[ROLE]) == (subscription, role)
    assert get_started(page) == button
    assert administrator.post(EXISTING, {"resource_name": "x"}).status_code == (422 if button == "enabled" else 403)


def test_readers_missing_rights_are_named(administrator: Client, clock: Clock) -> None:
    sign_in(administrator, clock, "ala")

    words = why(read(administrator.get(PAGE)), ROLE)

    assert "Microsoft.Communication/communicationServices/listKeys/action" in words
    assert "communicationServices/read" not in words
    assert "Ask an owner of the subscription for the role Contributor." in words


def assign(clock: Clock, person: str, scope: str, actions: list[str], not_actions: list[str]) -> None:
    """A custom role for somebody at a scope, given by the demo's own principal."""
    cloud = clock.cloud
    credential = Cloud(
        authority=cloud.url, resource_manager=cloud.url, graph=cloud.url, ca_bundle=cloud.ca_bundle
    ).client_secret_credential(tenant_id=cloud.tenant_id, client_id=cloud.client_id, client_secret=cloud.client_secret)
    role = f"/subscriptions/{cloud.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{UUID(int=5)}"
    permission = {"actions": actions, "notActions": not_actions, "dataActions": [], "notDataActions": []}
    properties = {"roleName": "Ours", "assignableScopes": [f"/subscriptions/{cloud.subscription_id}"]}
    put(cloud, credential, role, properties | {"permissions": [permission]})
    assigned = {"roleDefinitionId": role, "principalId": cloud.people[person].object_id}
    put(cloud, credential, f"{scope}/providers/Microsoft.Authorization/roleAssignments/{UUID(int=6)}", assigned)


def put(cloud: LocalAzure, credential: TokenCredential, path: str, properties: dict[str, object]) -> None:
    token = credential.get_token(f"{cloud.url}/.default").token
    httpx.put(
        f"{cloud.url}{path}",
        params={"api-version": "2022-04-01"},
        headers={"Authorization": f"Bearer {token}"},
        json={"properties": properties},
        verify=ssl.create_default_context(cafile=cloud.ca_bundle),
        trust_env=False,
    ).raise_for_status()


def make_group(cloud: LocalAzure, name: str) -> None:
    address = Cloud(authority=cloud.url, resource_manager=cloud.url, graph=cloud.url, ca_bundle=cloud.ca_bundle)
    credential = address.client_secret_credential(
        tenant_id=cloud.tenant_id, client_id=cloud.client_id, client_secret=cloud.client_secret
    )
    with ResourceManagementClient(credential, cloud.subscription_id, **address.management) as client:
        client.resource_groups.create_or_update(name, {"location": "westeurope"})


RIGHTS = ["Microsoft.communication/*", "Microsoft.EventGrid/*", "*/read"]


@pytest.mark.parametrize(
    ("actions", "not_actions", "verdict"),
    [
        (RIGHTS, [], "OK"),
        (RIGHTS, ["Microsoft.Communication/*/listKeys/action"], "No"),
        (["*"], ["Microsoft.Authorization/*"], "OK"),
        (["Microsoft.Communication/*", "Microsoft.Resources/subscriptions/resourceGroups/read"], [], "No"),
    ],
)
def test_role_of_another_name_counts_by_its_actions(
    administrator: Client, clock: Clock, actions: list[str], not_actions: list[str], verdict: str
) -> None:
    assign(clock, "celina", f"/subscriptions/{clock.cloud.subscription_id}", actions, not_actions)
    sign_in(administrator, clock, "celina")

    assert panel(read(administrator.get(PAGE)))[ROLE] == verdict


def test_role_on_the_resources_group_alone_is_enough(administrator: Client, clock: Clock) -> None:
    cloud = clock.cloud
    scope = f"/subscriptions/{cloud.subscription_id}/resourceGroups/{cloud.resource_group}"
    assign(clock, "ala", scope, ["*"], [])
    sign_in(administrator, clock, "ala")

    page = read(administrator.get(PAGE))

    assert panel(page)[ROLE] == "OK"
    assert cloud.resource_group in why(page, ROLE)


@pytest.mark.long
@pytest.mark.parametrize(("group", "verdict"), [("g19", "OK"), ("g20", "No")])
def test_rights_are_asked_for_in_twenty_groups(administrator: Client, clock: Clock, group: str, verdict: str) -> None:
    """The one with the resource first, then by name: so g19 is the twentieth and g20 is not asked for any more."""
    cloud = clock.cloud
    for number in range(1, 26):
        make_group(cloud, f"g{number:02}")
    assign(clock, "ala", f"/subscriptions/{cloud.subscription_id}/resourceGroups/{group}", ["*"], [])
    sign_in(administrator, clock, "ala")

    page = read(administrator.get(PAGE))

    assert panel(page)[ROLE] == verdict


def test_subscription_of_another_tenant_is_told_apart(administrator: Client, clock: Clock) -> None:
    sign_in(administrator, clock)
    Organization.objects.update(tenant_id=UUID(int=7))

    page = read(administrator.get(PAGE))

    assert panel(page)[SUBSCRIPTION] == "No"
    assert get_started(page) == "disabled"


def test_disabled_subscription_is_told_with_its_state(administrator: Client, clock: Clock) -> None:
    clock.cloud.control.post("/_local/subscription", json={"state": "Disabled"}).raise_for_status()
    sign_in(administrator, clock)

    page = read(administrator.get(PAGE))

    assert panel(page)[SUBSCRIPTION] == "No"
    assert "Disabled" in why(page, SUBSCRIPTION)


def test_provider_is_registered_by_its_button_and_the_page_shows_it_under_way(
    administrator: Client, clock: Clock
) -> None:
    cloud = clock.cloud
    cloud.control.post("/_local/faults", json={"operation": "provider.register", "delay_seconds": 60})
    sign_in(administrator, clock)
    before = read(administrator.get(PAGE))

    form = before.one("button", aria_label="Register Microsoft.EventGrid").parent
    assert form is not None
    fields = {str(one.attributes["name"]): str(one.attributes["value"]) for one in form.all("input", type="hidden")}
    page = read(administrator.post(REGISTER, fields, follow=True))
    underway = panel(page)[EVENT_GRID]
    polling = page.one("section", id="prerequisites").attributes
    silent = {"operation": "GET /*/Microsoft.Authorization/permissions*", "status": 500, "lasting": True}
    cloud.control.post("/_local/faults", json=silent).raise_for_status()
    polled = panel(read(administrator.get(str(polling["hx-get"]), headers={"HX-Request": "true"})))
    clock.advance(61)
    part = read(administrator.get(str(polling["hx-get"]), headers={"HX-Request": "true"}))

    assert (panel(before)[EVENT_GRID], get_started(before)) == ("No", "enabled")
    assert (underway, polling["hx-trigger"]) == ("Registering", "every 3s")
    assert (polled[EVENT_GRID], polled[ROLE]) == ("Registering", "OK")  # only the provider is asked for anew
    assert panel(part)[EVENT_GRID] == "OK"
    assert "hx-trigger" not in part.one("section", id="prerequisites").attributes
    assert AuditEntry.objects.get(act="register provider").target.startswith("Microsoft.EventGrid in ")


def test_reader_is_told_that_azure_does_not_register_it(administrator: Client, clock: Clock) -> None:
    sign_in(administrator, clock, "ala")

    page = read(administrator.post(REGISTER, {"provider": "Microsoft.EventGrid"}, follow=True))

    assert "Azure does not register it: The client" in page.one(role="status").text()
    assert not AuditEntry.objects.filter(act="register provider").exists()


@pytest.mark.parametrize("provider", ["Microsoft.Compute", "", "\0", "Microsoft.EventGrid"])
def test_nothing_else_is_registered_and_nothing_without_signing_in(
    administrator: Client, clock: Clock, provider: str
) -> None:
    if provider != "Microsoft.EventGrid":
        sign_in(administrator, clock)

    assert administrator.post(REGISTER, {"provider": provider}).status_code == 302
    assert not AuditEntry.objects.filter(act="register provider").exists()


def test_azure_is_asked_once_a_minute_or_when_told_to(administrator: Client, clock: Clock) -> None:
    sign_in(administrator, clock)
    administrator.get(PAGE)
    fault = {"operation": "arm", "status": 500, "lasting": True}
    clock.cloud.control.post("/_local/faults", json=fault).raise_for_status()

    kept = panel(read(administrator.get(PAGE)))
    page = read(administrator.get(f"{PAGE}prerequisites/", follow=True))

    assert kept[ROLE] == "OK"
    assert panel(page)[ROLE] == "Not checked"
    assert "That was ordered" in why(page, ROLE)
    assert get_started(page) == "enabled"


def test_hub_that_does_not_answer_at_its_address_is_told(administrator: Client, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://localhost:1"

    words = read(administrator.post(TEST_REACH, follow=True)).one(role="status").text()

    assert words.startswith("The hub does not answer at https://localhost:1")


def test_something_else_at_the_hubs_address_is_told(
    administrator: Client, cloud: LocalAzure, settings: Settings
) -> None:
    settings.PUBLIC_URL = cloud.url

    words = read(administrator.post(TEST_REACH, follow=True)).one(role="status").text()

    assert f"Something else answers at {cloud.url}" in words


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://hub.example", "is not https"),
        ("https://localhost:8443", "this machine's own name"),
        ("https://127.0.0.1", "this machine's own name"),
    ],
)
def test_address_that_azure_cannot_use_is_told(
    administrator: Client, settings: Settings, address: str, words: str
) -> None:
    settings.CLOUD, settings.PUBLIC_URL = Cloud(), address

    assert words in read(administrator.post(TEST_REACH, follow=True)).one(role="status").text()


@pytest.mark.parametrize(
    ("change", "offered"), [({}, True), ({"voice": False}, False), ({"terms_accepted_at": None}, False)]
)
def test_phone_numbers_are_an_account_only_with_voice(
    administrator: Client, change: dict[str, object], offered: bool
) -> None:
    Organization.objects.update(**change)

    page = read(administrator.get("/center/channels/"))

    assert [link.text() for link in page.one("section").all("a")] == (["Manage"] if offered else ["Organisation"])


@pytest.mark.parametrize("who", ["agent", "supervisor", "outsider"])
def test_nobody_else_may(who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)

    answers = [client.post(REGISTER), client.post(TEST_REACH), client.get(f"{PAGE}prerequisites/")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
