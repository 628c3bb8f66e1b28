"""Event subscriptions as the tests make them."""

from azure.mgmt.eventgrid import EventGridManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from localazure.pytest_plugin import LocalAzure

TOPIC = "acs-topic"
SMS_RECEIVED = "Microsoft.Communication.SMSReceived"
SMS_REPORT = "Microsoft.Communication.SMSDeliveryReportReceived"


class Webhooks:
    """Puts event subscriptions on the seeded resource's system topic, through Microsoft's client."""

    def __init__(
        self, azure: LocalAzure, event_grid: EventGridManagementClient, resources: ResourceManagementClient
    ) -> None:
        self._azure, self._client = azure, event_grid.system_topic_event_subscriptions
        resources.providers.register("Microsoft.EventGrid")
        event_grid.system_topics.begin_create_or_update(azure.resource_group, TOPIC, topic_body(azure)).result()

    def put(self, name, url, *, filter=None, retry=None, more=None, **destination):  # noqa: A002  # the wire's word
        """The poller; `.result()` waits for the handshake. `more` are other properties of the subscription."""
        body = subscription_body(url, filter=filter, retry=retry, **destination)
        body["properties"] |= more or {}
        return self._client.begin_create_or_update(self._azure.resource_group, TOPIC, name, body)

    def get(self, name):
        return self._client.get(self._azure.resource_group, TOPIC, name)

    def update(self, name, body):
        return self._client.begin_update(self._azure.resource_group, TOPIC, name, body)

    def delete(self, name):
        return self._client.begin_delete(self._azure.resource_group, TOPIC, name)

    def list(self):
        return list(self._client.list_by_system_topic(self._azure.resource_group, TOPIC))

    def full_url(self, name):
        return self._client.get_full_url(self._azure.resource_group, TOPIC, name).endpoint_url

    def attributes(self, name):
        return self._client.get_delivery_attributes(self._azure.resource_group, TOPIC, name)


def topic_body(azure, source=None):
    return {
        "location": "global",
        "properties": {
            "source": source or azure.acs.resource_id,
            "topicType": "Microsoft.Communication.CommunicationServices",
        },
    }


def subscription_body(url, *, filter=None, retry=None, **destination):  # noqa: A002  # the wire's word
    """Keywords beyond filter and retry are the webhook's own properties, in the wire's spelling."""
    return {
        "properties": {
            "destination": {"endpointType": "WebHook", "properties": {"endpointUrl": url} | destination},
            "filter": {"includedEventTypes": [SMS_RECEIVED]} | (filter or {}),
            "retryPolicy": retry or {},
        }
    }


def put_as_it_is(azure, http, token, name, body):
    """Without Microsoft's client, which leaves out what it does not know."""
    group = f"/subscriptions/{azure.subscription_id}/resourceGroups/{azure.resource_group}"
    path = f"{group}/providers/Microsoft.EventGrid/systemTopics/{TOPIC}/eventSubscriptions/{name}"
    headers = {"authorization": f"Bearer {token}"}
    return http.put(f"{path}?api-version=2025-02-15", json=body, headers=headers)
