"""System topics and event subscriptions, through Microsoft's client."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError
from azure.mgmt.eventgrid import EventGridManagementClient
from azure.mgmt.eventgrid import models as vendor

from centrala.azure.cloud import Cloud
from centrala.azure.errors import as_ours
from centrala.azure.identifiers import ResourceId

TOPIC_TYPE = "Microsoft.Communication.CommunicationServices"
SCHEMA = "EventGridSchema"
SUCCEEDED = "Succeeded"
# https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
CONTAINER_ID = re.compile(
    r"(?P<account>/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]+/providers/Microsoft\.Storage/storageAccounts/"
    r"[a-z0-9]{3,24})(/blobServices/default/containers)?/(?P<container>(?=[a-z0-9-]{3,63}$)[a-z0-9]+(-[a-z0-9]+)*)",
    re.IGNORECASE,
)
POLL_SECONDS = 3  # where the service does not say; Microsoft's default is half a minute


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A system topic. Azure allows one per source, and it need not lie in the source's resource group."""

    name: str
    resource_group: str
    location: str
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DeadLetters:
    """A blob container for events that could not be delivered."""

    storage_account: str  # its resource id
    container: str

    def __str__(self) -> str:
        return f"{self.storage_account}/{self.container}"

    @classmethod
    def parse(cls, text: str) -> "DeadLetters":
        """Reads `/subscriptions/…/storageAccounts/NAME/CONTAINER`. Raises ValueError for anything else."""
        match = CONTAINER_ID.fullmatch(text.strip())
        if match is None:
            raise ValueError("not a storage account's id with a container")
        return cls(storage_account=match["account"], container=match["container"])


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """An event subscription of the topic, as Azure shows it.

    `url` comes without its query, and is empty for a destination that is no webhook; `filters` tells of what narrows it
    beyond its event types.
    """

    name: str
    url: str
    event_types: tuple[str, ...]
    filters: str
    schema: str
    tenant_id: str
    application_id: str
    attempts: int
    minutes: int
    dead_letters: DeadLetters | None
    state: str


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """An event subscription as it should be. The ids make Event Grid send a token."""

    name: str
    url: str
    event_types: tuple[str, ...]
    tenant_id: str
    application_id: str
    attempts: int
    minutes: int
    dead_letters: DeadLetters | None = None


class Events:
    """Event Grid around one resource. Every call may raise AzureError."""

    def __init__(self, client: EventGridManagementClient, resource: ResourceId) -> None:
        self._client = client
        self._resource = resource

    def topic(self) -> Topic | None:
        """The resource's system topic. Whoever may not list the subscription is shown their own group's."""
        with as_ours():
            topics = self._client.system_topics
            try:
                found = list(topics.list_by_subscription())
            except HttpResponseError as error:
                if error.status_code != 403:
                    raise
                found = list(topics.list_by_resource_group(self._resource.resource_group))
            return next(
                (_topic(one) for one in found if (one.source or "").lower() == str(self._resource).lower()), None
            )

    def make_topic(self, *, name: str, resource_group: str, location: str) -> None:
        wanted = vendor.SystemTopic(location=location, source=str(self._resource), topic_type=TOPIC_TYPE)
        with as_ours():
            self._client.system_topics.begin_create_or_update(
                resource_group, name, wanted, polling_interval=POLL_SECONDS
            ).result()

    def subscriptions(self, topic: Topic) -> tuple[Subscription, ...]:
        with as_ours():
            found = self._client.system_topic_event_subscriptions.list_by_system_topic(topic.resource_group, topic.name)
            return tuple(_subscription(one) for one in found)

    def make(self, webhook: Webhook, *, topic: Topic) -> None:
        """Returns when its endpoint has answered the handshake. AzureError's code is a handshake's when it failed."""
        wanted = vendor.EventSubscription(
            destination=_destination(webhook, None),
            filter=_filter(webhook),
            event_delivery_schema=SCHEMA,
            retry_policy=_retry(webhook),
            dead_letter_destination=_dead_letters(webhook),
        )
        with as_ours():
            self._client.system_topic_event_subscriptions.begin_create_or_update(
                topic.resource_group, topic.name, webhook.name, wanted, polling_interval=POLL_SECONDS
            ).result()

    def change(self, webhook: Webhook, *, topic: Topic) -> None:
        """Brings one that is there to this shape; labels, batches and delivery attributes stay as they are.

        The address goes along: Azure hides it when asked, and would otherwise miss it.
        """
        subscriptions = self._client.system_topic_event_subscriptions
        with as_ours():
            known = subscriptions.get(topic.resource_group, topic.name, webhook.name)
            changes = vendor.EventSubscriptionUpdateParameters(
                destination=_destination(webhook, known.destination),
                filter=_filter(webhook),
                event_delivery_schema=SCHEMA,
                retry_policy=_retry(webhook),
                dead_letter_destination=_dead_letters(webhook),
            )
            subscriptions.begin_update(
                topic.resource_group, topic.name, webhook.name, changes, polling_interval=POLL_SECONDS
            ).result()

    def remove(self, name: str, *, topic: Topic) -> None:
        with as_ours():
            self._client.system_topic_event_subscriptions.begin_delete(
                topic.resource_group, topic.name, name, polling_interval=POLL_SECONDS
            ).result()


@contextmanager
def events(resource: ResourceId, *, credential: TokenCredential, cloud: Cloud) -> Iterator[Events]:
    """Without retries of its own: callers retry, and show that they do."""
    with EventGridManagementClient(credential, resource.subscription_id, **cloud.management, retry_total=0) as client:
        yield Events(client, resource)


def _topic(one: vendor.SystemTopic) -> Topic:
    group = str(one.id).split("/")[4]
    return Topic(
        name=str(one.name),
        resource_group=group,
        location=str(one.location),
        tags=dict(one.tags or {}),
    )


def _subscription(one: vendor.EventSubscription) -> Subscription:
    hook = one.destination if isinstance(one.destination, vendor.WebHookEventSubscriptionDestination) else None
    retry = one.retry_policy or vendor.RetryPolicy()
    return Subscription(
        name=str(one.name),
        url=str((hook.endpoint_base_url or hook.endpoint_url or "") if hook else ""),
        event_types=tuple(one.filter.included_event_types or ()) if one.filter else (),
        filters=_narrowing(one.filter),
        schema=str(one.event_delivery_schema or SCHEMA),
        tenant_id=str((hook.azure_active_directory_tenant_id or "") if hook else "").lower(),
        application_id=str((hook.azure_active_directory_application_id_or_uri or "") if hook else ""),
        attempts=retry.max_delivery_attempts or 30,
        minutes=retry.event_time_to_live_in_minutes or 1440,
        dead_letters=_blobs(one.dead_letter_destination),
        state=str(one.provisioning_state or ""),
    )


def _narrowing(one: vendor.EventSubscriptionFilter | None) -> str:
    if one is None:
        return ""
    parts = []  # in Azure's own words, which are the same in every language
    if one.subject_begins_with:
        parts.append(f"subjectBeginsWith {one.subject_begins_with}")
    if one.subject_ends_with:
        parts.append(f"subjectEndsWith {one.subject_ends_with}")
    parts += [f"{each.operator_type} {each.key}" for each in one.advanced_filters or []]
    return ", ".join(parts)


def _blobs(one: vendor.DeadLetterDestination | None) -> DeadLetters | None:
    if not isinstance(one, vendor.StorageBlobDeadLetterDestination):
        return None
    return DeadLetters(storage_account=str(one.resource_id), container=str(one.blob_container_name))


def _destination(
    webhook: Webhook, known: vendor.EventSubscriptionDestination | None
) -> vendor.WebHookEventSubscriptionDestination:
    kept = known if isinstance(known, vendor.WebHookEventSubscriptionDestination) else None
    wanted = vendor.WebHookEventSubscriptionDestination(
        endpoint_url=webhook.url,
        azure_active_directory_tenant_id=webhook.tenant_id,
        azure_active_directory_application_id_or_uri=webhook.application_id,
    )
    if kept is not None:
        wanted.max_events_per_batch = kept.max_events_per_batch
        wanted.preferred_batch_size_in_kilobytes = kept.preferred_batch_size_in_kilobytes
        wanted.delivery_attribute_mappings = kept.delivery_attribute_mappings
        wanted.minimum_tls_version_allowed = kept.minimum_tls_version_allowed
    return wanted


def _filter(webhook: Webhook) -> vendor.EventSubscriptionFilter:
    """Empty texts, not absent ones: a change clears what narrowed it before."""
    return vendor.EventSubscriptionFilter(
        included_event_types=list(webhook.event_types),
        subject_begins_with="",
        subject_ends_with="",
        advanced_filters=[],
    )


def _retry(webhook: Webhook) -> vendor.RetryPolicy:
    return vendor.RetryPolicy(max_delivery_attempts=webhook.attempts, event_time_to_live_in_minutes=webhook.minutes)


def _dead_letters(webhook: Webhook) -> vendor.StorageBlobDeadLetterDestination | None:
    if webhook.dead_letters is None:
        return None
    return vendor.StorageBlobDeadLetterDestination(
        resource_id=webhook.dead_letters.storage_account, blob_container_name=webhook.dead_letters.container
    )
