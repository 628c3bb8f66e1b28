"""System topics, subscriptions and their resource providers in the portal."""

import pytest

from localazure_tests.portal import Portal


def test_topic_leads_to_its_subscription_and_source(portal: Portal) -> None:
    page = portal.create_topic()

    assert page.path == f"/resource{portal.group}/providers/Microsoft.EventGrid/systemTopics/acs-topic"
    assert f'href="/resource{portal.subscription}"' in page.html
    assert f'href="{portal.at()}"' in page.html
    assert "its events reach nobody" in page.text
    assert "acs-topic" in portal.get("/topics").text


def test_making_a_topic_registers_event_grid_as_azures_portal_does(portal: Portal) -> None:
    providers = f"/resource{portal.subscription}/providers?filter=eventgrid"
    assert "Not registered" in portal.get(providers).text

    portal.create_topic()

    assert "Microsoft.EventGrid Registered" in portal.get(providers).text


def test_topic_waits_for_a_provider_that_registers_slowly(portal: Portal) -> None:
    order = {"operation": "provider.register", "delay_seconds": 600}
    portal.azure.control.post("/_local/faults", json=order).raise_for_status()

    page = portal.create_topic()

    assert page.refusal.startswith("MissingSubscriptionRegistration")
    assert "Settings > Resource providers" in page.refusal
    assert page.typed("name") == "acs-topic"
    assert "Registering" in portal.get(f"/resource{portal.subscription}/providers").text
    portal.azure.control.post("/_local/clock", json={"advance_seconds": 601}).raise_for_status()
    assert portal.create_topic().refusal == ""


def test_second_topic_of_a_source_is_refused_in_both_languages(portal: Portal) -> None:
    portal.create_topic()

    page = portal.create_topic("another")

    assert (page.status, page.typed("name")) == (400, "another")
    assert "Only one system topic is allowed per source." in page.refusal
    assert "This resource has its system topic already." in page.refusal
    portal.speak("pl")
    assert "Ten zasób ma już swój temat systemowy." in portal.create_topic("another").refusal


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "x y"}, "InvalidRequest The topic's name is invalid"),
        ({"name": ""}, "A name is needed here"),
        ({"resource": ""}, "Choose the resource whose events the topic carries."),
        ({"resource": "/subscriptions/x"}, "ResourceNotFound"),
        ({"topic_type": "Microsoft.Storage.StorageAccounts"}, "InvalidRequest The topicType"),
        ({"group": "/subscriptions/x/resourceGroups/y"}, "Choose a resource group of the subscription."),
    ],
)
def test_wrong_topic_is_refused(portal: Portal, changes: dict[str, str], reason: str) -> None:
    page = portal.create_topic(**{"name": "acs-topic"} | changes)

    assert page.status in {400, 404}
    assert page.refusal.startswith(reason)
    assert portal.state("system_topics") == []


def test_topic_is_deleted(portal: Portal) -> None:
    page = portal.create_topic()

    assert portal.post(f"{page.path}/delete").path == "/topics"
    assert portal.get(page.path).status == 404
    assert "No system topic yet." in portal.get("/topics").text


def test_without_a_resource_the_form_says_what_comes_first(portal: Portal) -> None:
    portal.post(portal.at("/delete"))

    assert "there is none yet" in portal.get("/topics/new").text


def test_provider_is_registered_unregistered_and_found_by_name(portal: Portal) -> None:
    providers = f"/resource{portal.subscription}/providers"
    assert (
        "Microsoft.EventGrid Registered" in portal.post(providers, namespace="Microsoft.EventGrid", act="register").text
    )
    assert (
        "Microsoft.EventGrid Registered"
        in portal.post(providers, namespace="Microsoft.EventGrid", act="re-register").text
    )
    page = portal.post(providers, namespace="Microsoft.EventGrid", act="unregister")
    assert "Microsoft.EventGrid Not registered" in page.text

    assert "Microsoft.Communication" not in portal.get(f"{providers}?filter=GRID").text
    assert "No resource provider of this cloud has such a name." in portal.get(f"{providers}?filter=<b>").text


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"act": "register"}, "Choose a resource provider first."),
        ({"namespace": "Microsoft.EventGrid", "act": "explode"}, "Choose a resource provider first."),
        ({"namespace": "Microsoft.Nothing", "act": "register"}, "InvalidResourceNamespace"),
        ({"namespace": "a/b", "act": "register"}, "A name is needed here"),
    ],
)
def test_wrong_provider_is_refused(portal: Portal, fields: dict[str, str], refusal: str) -> None:
    page = portal.post(f"/resource{portal.subscription}/providers", **fields)

    assert page.status in {400, 404}
    assert page.refusal.startswith(refusal)


def test_subscription_shows_ids_state_and_my_role(portal: Portal) -> None:
    portal.azure.control.post("/_local/subscription", json={"state": "Disabled"}).raise_for_status()

    page = portal.get(f"/resource{portal.subscription}")

    assert [
        one for one in (portal.azure.subscription_id, portal.azure.tenant_id, "Owner") if one not in page.text
    ] == []
    assert "Switched off" in page.text
    refused = portal.post("/groups/new", subscription=portal.azure.subscription_id, name="rg", region="westeurope")
    assert (refused.status, refused.refusal.split()[0]) == (409, "ReadOnlyDisabledSubscription")
    assert "The subscription is switched off." in refused.refusal


def test_ordered_trouble_meets_the_portal_too(portal: Portal) -> None:
    portal.azure.control.post("/_local/faults", json={"operation": "arm", "status": 429}).raise_for_status()

    page = portal.get("/groups")

    assert (page.status, page.refusal.split()[0]) == (429, "TooManyRequests")
    assert "Somebody ordered this trouble." in page.refusal
    assert portal.get("/groups").status == 200
