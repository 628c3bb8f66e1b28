"""Resource groups and Communication Services resources in the portal."""

import pytest

from localazure.pytest_plugin import LocalAzure
from localazure_tests.portal import Page, Portal


def test_group_and_resource_are_made_by_form(portal: Portal) -> None:
    group = portal.post("/groups/new", subscription=portal.azure.subscription_id, name="rg-new", region="westeurope")
    assert group.path == f"/resource{portal.subscription}/resourceGroups/rg-new"
    assert "Nothing is in this group yet." in group.text

    resource = portal.post(
        "/communication/new", group=f"{portal.subscription}/resourceGroups/rg-new", name="acs-new", data_location="UK"
    )
    assert resource.path.endswith("/rg-new/providers/Microsoft.Communication/CommunicationServices/acs-new")
    assert "acs-new" in portal.get(group.path).text


@pytest.mark.parametrize("name", ["bad name", "trailing.", "a" * 91])
def test_group_of_a_bad_name_is_refused_and_the_name_kept(portal: Portal, name: str) -> None:
    page = portal.post("/groups/new", subscription=portal.azure.subscription_id, name=name, region="westeurope")

    assert (page.status, page.refusal.split()[0]) == (400, "InvalidResourceGroup")
    assert page.typed("name") == name


@pytest.mark.parametrize("name", ["", "a/b"])
def test_name_that_cannot_be_part_of_a_path_is_refused(portal: Portal, name: str) -> None:
    page = portal.post("/groups/new", subscription=portal.azure.subscription_id, name=name, region="westeurope")

    assert (page.status, page.refusal) == (400, "A name is needed here, without a slash.")
    portal.speak("pl")
    page = portal.post("/groups/new", subscription=portal.azure.subscription_id, name=name, region="westeurope")
    assert page.refusal == "Tu potrzebna jest nazwa, bez ukośnika."


def test_markup_in_a_name_stays_text(portal: Portal) -> None:
    page = portal.post(
        "/groups/new", subscription=portal.azure.subscription_id, name="<script>alert(1)<", region='"><img src=x>'
    )

    assert page.status == 400
    assert "<script>alert" not in page.html
    assert "<img src=x>" not in page.html
    assert page.typed("name") == "<script>alert(1)<"


def test_resource_in_no_group_is_refused(portal: Portal) -> None:
    page = portal.post("/communication/new", group="/subscriptions/x/resourceGroups/y", name="acs", data_location="UK")

    assert (page.status, page.refusal) == (400, "Choose a resource group of the subscription.")


def test_resource_of_a_name_in_use_is_refused_with_advice(portal: Portal) -> None:
    page = portal.post("/communication/new", group=portal.group, name=portal.azure.acs.resource_name.upper() + "x")
    assert page.refusal.startswith("InvalidResource The dataLocation must be one of")

    portal.post("/groups/new", subscription=portal.azure.subscription_id, name="other", region="westeurope")
    other = f"{portal.subscription}/resourceGroups/other"
    page = portal.post("/communication/new", group=other, name=portal.azure.acs.resource_name, data_location="UK")
    assert page.refusal.startswith("NameUnavailable")
    assert "Choose another." in page.refusal


def test_key_is_regenerated_after_one_question(portal: Portal) -> None:
    [before] = portal.state("communication_services")

    page = portal.post(portal.at("/keys"), key="secondary")

    [after] = portal.state("communication_services")
    assert "The secondary key is a new one." in page.text
    assert after["secondary_key"] != before["secondary_key"]
    assert after["primary_key"] == before["primary_key"]
    assert after["secondary_connection_string"] in page.html


def test_reader_sees_the_resource_and_not_its_keys(portal: Portal) -> None:
    portal.sign_in("ala")

    assert portal.get(portal.at("/properties")).status == 200
    keys = portal.get(portal.at("/keys"))
    assert keys.status == 403
    assert "listKeys/action" in keys.refusal
    assert "Ala has no role that allows this." in keys.refusal
    assert "an Owner may do everything" in keys.refusal
    assert "Adam" not in keys.refusal
    assert portal.azure.acs.connection_string not in keys.html


def test_reader_changes_nothing(portal: Portal) -> None:
    portal.sign_in("ala")
    before = portal.azure.control.get("/_local/state").json()

    refused = [
        portal.post("/groups/new", subscription=portal.azure.subscription_id, name="rg-new", region="westeurope"),
        portal.post("/communication/new", group=portal.group, name="acs-new", data_location="UK"),
        portal.post(portal.at("/keys"), key="primary"),
        portal.post(portal.at("/delete")),
        portal.post(f"/resource{portal.group}/delete"),
        portal.create_topic(),
        portal.post(f"/resource{portal.subscription}/providers", namespace="Microsoft.EventGrid", act="register"),
    ]

    assert [(page.status, page.refusal.split()[0]) for page in refused] == [(403, "AuthorizationFailed")] * 7
    after = portal.azure.control.get("/_local/state").json()
    assert after | {"clock": None} == before | {"clock": None}


def test_outsider_sees_nothing(portal: Portal) -> None:
    portal.sign_in("celina")

    assert "No resource group to see here." in portal.get("/groups").text
    assert "Celina has no role in any subscription" in portal.get("/subscriptions").text
    for place in ("", "/properties", "/keys", "/numbers", "/events", "/events/new"):
        page = portal.get(portal.at(place))
        assert (page.status, page.refusal.split()[0]) == (403, "AuthorizationFailed")
        assert portal.azure.acs.connection_string not in page.html
    assert portal.get("/registrations").refusal.startswith("Authorization_RequestDenied")


def test_resource_and_group_are_deleted(portal: Portal) -> None:
    page = portal.post(portal.at("/delete"))
    assert page.path == f"/resource{portal.group}"
    assert portal.state("communication_services") == []

    assert "There is no Communication Services resource yet." in portal.get("/").text
    assert portal.post(f"/resource{portal.group}/delete").path == "/groups"
    assert "No resource group to see here." in portal.get("/groups").text
    assert "there is none yet" in portal.get("/communication/new").text


def test_address_of_something_done_leads_back_to_its_page(portal: Portal) -> None:
    assert portal.get(portal.at("/delete")).path == portal.at()
    assert portal.get("/person").path == "/"


def test_form_of_another_origin_is_refused(azure: LocalAzure, portal: Portal) -> None:
    response = portal.raw(
        "POST",
        f"/resource{portal.group}/delete",
        headers={"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"},
    )

    assert (response.status_code, response.json()["error"]["code"]) == (403, "cross_origin")
    assert portal.get(f"/resource{portal.group}").status == 200


@pytest.mark.parametrize("body", [b"\xff\xfe%00=%zz&&&=", b"a=1&" * 600, b"x" * 300_000, b'{"name": 1}'])
def test_form_that_no_page_of_ours_made_is_refused(portal: Portal, body: bytes) -> None:
    response = portal.raw("POST", "/groups/new", content=body)

    assert response.status_code in {400, 413}
    assert "trouble" in response.text


def test_somebody_unknown_in_the_cookie_counts_as_adam(portal: Portal) -> None:
    portal.sign_in("ala")
    assert "Ala Reader" in portal.get("/groups").text

    portal.post("/person", person="mallory", next="//elsewhere.example")

    assert "Ala Reader" in portal.get("/groups").text
    assert "Adam Owner" in Page(portal.raw("GET", "/groups", headers={"cookie": "localazure_person=mallory"})).text
