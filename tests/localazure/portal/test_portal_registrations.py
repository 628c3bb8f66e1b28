"""App registrations in the portal: applications, owners, app roles and who was assigned them."""

import httpx
import pytest

from localazure.pytest_plugin import LocalAzure
from localazure_tests.portal import Page, Portal

AUDIENCES = ["AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"]


@pytest.fixture
def application(portal: Portal) -> Page:
    return portal.register_application("Contoso")


def of(portal: Portal, page: Page) -> dict:
    """The application as Graph tells it."""
    [one] = [one for one in portal.state("applications") if one["object_id"] == page.path.rpartition("/")[2]]
    return one


@pytest.mark.parametrize("audience", AUDIENCES)
def test_register_makes_application_and_principal_owned_by_whoever_is_signed_in(
    portal: Portal, http: httpx.Client, token: str, audience: str
) -> None:
    portal.sign_in("beata")
    page = portal.post("/registrations/new", name="Contoso", audience=audience)

    made = of(portal, page)
    headers, beata = {"authorization": f"Bearer {token}"}, portal.azure.people["beata"].object_id
    application = http.get(f"/v1.0/applications/{made['object_id']}", headers=headers).json()
    assert (application["displayName"], application["signInAudience"]) == ("Contoso", audience)
    for kind, key in (("applications", "object_id"), ("servicePrincipals", "service_principal_id")):
        owners = http.get(f"/v1.0/{kind}/{made[key]}/owners", headers=headers).json()["value"]
        assert [one["id"] for one in owners] == [beata]
    assert [
        value for value in (made["client_id"], made["object_id"], portal.azure.tenant_id) if value not in page.text
    ] == []


def test_reader_registers_nothing_and_keeps_what_was_typed(portal: Portal) -> None:
    portal.sign_in("ala")

    page = portal.register_application("Contoso")

    assert (page.status, page.refusal.split()[0]) == (403, "Authorization_RequestDenied")
    assert "Ala may not change the directory." in page.refusal
    assert "Global Administrator" in page.refusal
    assert not {"Adam", "Beata"} & set(page.refusal.split())
    assert page.typed("name") == "Contoso"
    assert len(portal.state("applications")) == 1


@pytest.mark.parametrize("name", ["", "x" * 257])
def test_name_of_a_wrong_length_is_refused(portal: Portal, name: str) -> None:
    page = portal.register_application(name)

    assert (page.status, page.refusal.split()[0]) == (400, "Request_BadRequest")


def test_markup_in_an_applications_name_stays_text(portal: Portal) -> None:
    page = portal.register_application("<img src=x onerror=alert(1)>")

    assert page.status == 200
    for html in (page.html, portal.get("/registrations").html):
        assert "&lt;img src=x onerror=alert(1)&gt;" in html
        assert "<img src=x" not in html


def test_app_role_is_created_disabled_and_deleted(portal: Portal, application: Page) -> None:
    roles = f"{application.path}/roles"
    role = {"display_name": "Writer", "value": "Writer", "description": "Writes", "members": "applications"}
    page = portal.post(roles, act="create", enabled="yes", **role)
    assert "Writer Writes Writer Applications Enabled" in page.text

    [name] = [part.partition('"')[0] for part in page.html.split('name="role" value="')[1:]]
    refused = portal.post(roles, act="delete", role=name)
    assert refused.refusal.startswith("CannotDeleteOrUpdateEnabledEntitlement")
    assert "Disabled" in portal.post(roles, act="disable", role=name).text
    assert "This application defines no role." in portal.post(roles, act="delete", role=name).text


def test_app_role_with_blanks_in_its_value_is_refused_and_kept(portal: Portal, application: Page) -> None:
    page = portal.post(
        f"{application.path}/roles", act="create", display_name="W", value="two words", description="d", members="both"
    )

    assert (page.status, page.refusal.split()[0]) == (400, "Request_BadRequest")
    assert page.typed("value") == "two words"


def test_owner_is_added_to_application_and_principal(portal: Portal, application: Page) -> None:
    owners = f"{application.path}/owners"
    beata = portal.azure.people["beata"].object_id

    page = portal.post(owners, owner=beata)

    assert "Owners of the application Adam Beata Owners of the service principal Adam Beata" in page.text
    assert "already exist" in portal.post(owners, owner=beata).refusal
    assert portal.post(owners, owner="nobody").status == 404


def test_role_is_assigned_and_taken_back(portal: Portal, application: Page) -> None:
    assignments = f"{application.path}/assignments"
    ala, default = portal.azure.people["ala"].object_id, "00000000-0000-0000-0000-000000000000"

    page = portal.post(assignments, principal=ala, role=default)

    assert "Ala Default Access" in page.text
    given = page.html.partition('name="remove" value="')[2].partition('"')[0]
    assert "No role of this application is assigned" in portal.post(assignments, remove=given).text


def test_application_without_principal_says_so(portal: Portal, http: httpx.Client, token: str) -> None:
    """Made as az ad app create does."""
    answer = http.post("/v1.0/applications", json={"displayName": "Bare"}, headers={"authorization": f"Bearer {token}"})
    path = f"/registrations/{answer.json()['id']}"

    assert "has no service principal in this tenant" in portal.get(path).text
    assert "no role of it can be assigned" in portal.get(f"{path}/assignments").text
    refused = portal.post(f"{path}/assignments", principal="x", role="y")
    assert refused.refusal == "The application has no service principal in this tenant."


def test_application_is_deleted_by_its_owner_alone(portal: Portal, azure: LocalAzure, application: Page) -> None:
    portal.sign_in("ala")
    assert portal.post(f"{application.path}/delete").refusal.startswith("Authorization_RequestDenied")

    portal.sign_in("adam")
    assert portal.post(f"{application.path}/delete").path == "/registrations"
    assert portal.get(application.path).status == 404
