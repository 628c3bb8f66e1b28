"""System topics and event subscriptions, through Microsoft's client."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError as SdkError
from azure.mgmt.eventgrid import EventGridManagementClient
from azure.mgmt.eventgrid.models import (
    EventSubscription,
    EventSubscriptionFilter,
    RetryPolicy,
    SystemTopic,
    WebHookEventSubscriptionDestination,
)

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ResourceId

TOPIC_TYPE = "Microsoft.Communication.CommunicationServices"


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """One event subscription as it should be. The URL is a secret; the ids make Event Grid send a token."""

    name: str
    url: str
    event_types: Sequence[str]
    tenant_id: str
    application_id: str
    attempts: int = 30
    minutes: int = 1440


@contextmanager
def _client(resource: ResourceId, credential: TokenCredential, cloud: Cloud) -> Iterator[EventGridManagementClient]:
    try:
        with EventGridManagementClient(credential, resource.subscription_id, **cloud.management) as client:
            yield client
    except SdkError as error:
        raise AzureError.from_sdk(error) from None


def ensure_system_topic(resource: ResourceId, *, credential: TokenCredential, cloud: Cloud) -> str:
    """The name of the resource's system topic: the one there is (Azure allows one per source), else a new one.

    Raises AzureError.
    """
    with _client(resource, credential, cloud) as client:
        for topic in client.system_topics.list_by_resource_group(resource.resource_group):
            if (topic.source or "").lower() == str(resource).lower():
                return str(topic.name)
        wanted = SystemTopic(location="global", source=str(resource), topic_type=TOPIC_TYPE)
        made = client.system_topics.begin_create_or_update(resource.resource_group, f"{resource.name}-events", wanted)
        return str(made.result().name)


def ensure_subscription(
    webhook: Webhook, *, topic: str, resource: ResourceId, credential: TokenCredential, cloud: Cloud
) -> None:
    """Creates the subscription or brings it to this shape; returns when its endpoint has answered the handshake.

    Raises AzureError; code `Url validation` when the handshake failed.
    """
    destination = WebHookEventSubscriptionDestination(
        endpoint_url=webhook.url,
        azure_active_directory_tenant_id=webhook.tenant_id,
        azure_active_directory_application_id_or_uri=webhook.application_id,
    )
    wanted = EventSubscription(
        destination=destination,
        filter=EventSubscriptionFilter(included_event_types=list(webhook.event_types)),
        event_delivery_schema="EventGridSchema",
        retry_policy=RetryPolicy(max_delivery_attempts=webhook.attempts, event_time_to_live_in_minutes=webhook.minutes),
    )
    with _client(resource, credential, cloud) as client:
        subscriptions = client.system_topic_event_subscriptions
        subscriptions.begin_create_or_update(resource.resource_group, topic, webhook.name, wanted).result()
