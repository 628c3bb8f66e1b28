"""Operations that clients call seldom, each once: they exist, and their answers are judged like all others."""

import pytest
from azure.core.exceptions import ResourceNotFoundError

from localazure_tests.webhooks import TOPIC, subscription_body

VERSION = {"api-version": "2025-02-15"}


@pytest.fixture
def headers(token):
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize(("version", "form"), [("2022-09-01", dict), ("2019-05-01", list)])
def test_cloud_describes_itself_to_az(azure, http, version, form):
    found = http.get("/metadata/endpoints", params={"api-version": version}).json()

    assert isinstance(found, form)
    one = found[0] if isinstance(found, list) else found
    assert (one["resourceManager"], one["authentication"]["loginEndpoint"]) == (azure.url, azure.url)


def test_one_subscription_and_one_group_are_read(azure, subscriptions, resources):
    assert subscriptions.subscriptions.get(azure.subscription_id).display_name == "Local"
    assert resources.resource_groups.get(azure.resource_group).location


def test_notification_hub_is_linked(azure, communication):
    hub = f"/subscriptions/{azure.subscription_id}/resourceGroups/x/providers/Microsoft.NotificationHubs/namespaces/n"
    body = {"resourceId": f"{hub}/notificationHubs/h", "connectionString": "Endpoint=sb://n.example/;SharedAccessKey=k"}

    linked = communication.communication_services.link_notification_hub(
        azure.resource_group, azure.acs.resource_name, body
    )

    assert linked.resource_id == f"{hub}/notificationHubs/h"


@pytest.mark.azure
def test_system_topic_is_tagged(azure, event_grid, webhooks):
    changed = event_grid.system_topics.begin_update(azure.resource_group, TOPIC, {"tags": {"team": "care"}}).result()

    assert (changed.name, changed.tags) == (TOPIC, {"team": "care"})


def test_subscription_on_the_source_is_changed_and_tells_its_attributes(azure, event_grid, webhooks, receiver):
    subscriptions, source, hook = event_grid.event_subscriptions, azure.acs.resource_id.lstrip("/"), receiver()
    attributes = [{"name": "X-Team", "type": "Static", "properties": {"value": "care", "isSecret": False}}]
    body = subscription_body(hook.url, deliveryAttributeMappings=attributes)
    subscriptions.begin_create_or_update(source, "direct", body).result()

    changed = subscriptions.begin_update(source, "direct", {"labels": ["care"]}).result()
    [attribute] = subscriptions.get_delivery_attributes(source, "direct").value

    assert changed.labels == ["care"]
    assert (attribute.name, attribute.value) == ("X-Team", "care")


def test_removal_is_followed_to_its_end_by_the_older_header(azure, http, headers, webhooks):
    path = f"/subscriptions/{azure.subscription_id}/resourceGroups/{azure.resource_group}/providers"

    asked = http.delete(f"{path}/Microsoft.EventGrid/systemTopics/{TOPIC}", params=VERSION, headers=headers)
    ended = http.get(asked.headers["location"], headers=headers)

    assert (asked.status_code, ended.status_code) == (202, 204)


def test_principal_is_removed_by_its_id(azure, http, headers):
    app = http.post("/v1.0/applications", json={"displayName": "Hub"}, headers=headers).json()
    made = http.post("/v1.0/servicePrincipals", json={"appId": app["appId"]}, headers=headers).json()

    removed = http.delete(f"/v1.0/servicePrincipals/{made['id']}", headers=headers)
    after = http.get(f"/v1.0/servicePrincipals/{made['id']}", headers=headers)

    assert (removed.status_code, after.status_code) == (204, 404)


def test_subscription_of_a_custom_topic_is_changed_told_in_full_and_removed(azure, event_grid, resources, receiver):
    resources.providers.register("Microsoft.EventGrid")
    nested, hook = event_grid.topic_event_subscriptions, receiver()
    place = (azure.resource_group, "own-topic", "to-hub")
    event_grid.topics.begin_create_or_update(azure.resource_group, "own-topic", {"location": "westeurope"}).result()
    attributes = [{"name": "X-Team", "type": "Static", "properties": {"value": "care", "isSecret": False}}]
    body = subscription_body(hook.url, filter={"includedEventTypes": None}, deliveryAttributeMappings=attributes)
    nested.begin_create_or_update(*place, body).result()

    changed = nested.begin_update(*place, {"labels": ["care"]}).result()
    told = nested.get_full_url(*place).endpoint_url
    [attribute] = nested.get_delivery_attributes(*place).value
    nested.begin_delete(*place).result()

    assert (changed.labels, told, attribute.value) == (["care"], hook.url, "care")
    with pytest.raises(ResourceNotFoundError):
        nested.get(*place)
