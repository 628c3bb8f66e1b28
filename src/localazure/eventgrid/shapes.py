"""Event subscriptions' JSON, both ways: https://learn.microsoft.com/rest/api/eventgrid/"""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from localazure.clock import timestamp
from localazure.records.events import Destination, EventFilter, EventSubscription, SystemTopic

Json = dict[str, Any]  # objects of the vendor's shape
Meta = msgspec.Meta


class AttributeProperties(msgspec.Struct, rename="camel", kw_only=True):
    value: str | None = None
    is_secret: bool | None = None
    source_field: str | None = None


class AttributeBody(msgspec.Struct, rename="camel", kw_only=True):
    name: Annotated[str, Meta(min_length=1)]
    type: str
    properties: AttributeProperties = msgspec.field(default_factory=AttributeProperties)


class WebhookProperties(msgspec.Struct, rename="camel", kw_only=True):
    endpoint_url: str | None = None
    max_events_per_batch: Annotated[int, Meta(ge=1, le=5000)] | None = None
    preferred_batch_size_in_kilobytes: Annotated[int, Meta(ge=1, le=1024)] | None = None
    azure_active_directory_tenant_id: str | None = None
    azure_active_directory_application_id_or_uri: str | None = None
    delivery_attribute_mappings: Annotated[list[AttributeBody], Meta(max_length=10)] | None = None
    minimum_tls_version_allowed: str | None = None


class DestinationBody(msgspec.Struct, rename="camel", kw_only=True):
    endpoint_type: str
    properties: WebhookProperties = msgspec.field(default_factory=WebhookProperties)


class FilterBody(msgspec.Struct, rename="camel", kw_only=True):
    subject_begins_with: str | None = None
    subject_ends_with: str | None = None
    included_event_types: list[str] | None = None
    is_subject_case_sensitive: bool | None = None
    enable_advanced_filtering_on_arrays: bool | None = None
    advanced_filters: list[dict[str, object]] | None = None


class RetryBody(msgspec.Struct, rename="camel", kw_only=True):
    max_delivery_attempts: Annotated[int, Meta(ge=1, le=30)] | None = None
    event_time_to_live_in_minutes: Annotated[int, Meta(ge=1, le=1440)] | None = None


class SettingsBody(msgspec.Struct, rename="camel", kw_only=True):
    """A PATCH has these at the top, a PUT under `properties`."""

    destination: DestinationBody | None = None
    delivery_with_resource_identity: dict[str, object] | None = None
    filter: FilterBody | None = None
    labels: list[str] | None = None
    expiration_time_utc: datetime | None = None
    event_delivery_schema: str | None = None
    retry_policy: RetryBody | None = None
    dead_letter_destination: dict[str, object] | None = None
    dead_letter_with_resource_identity: dict[str, object] | None = None


class SubscriptionBody(msgspec.Struct, rename="camel", kw_only=True):
    properties: SettingsBody


class TopicProperties(msgspec.Struct, rename="camel", kw_only=True):
    source: str | None = None
    topic_type: str | None = None


class TopicBody(msgspec.Struct, rename="camel", kw_only=True):
    location: str | None = None
    tags: dict[str, str] | None = None
    properties: TopicProperties = msgspec.field(default_factory=TopicProperties)


def topic(one: SystemTopic) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "type": "Microsoft.EventGrid/systemTopics",
        "location": one.location,
        "tags": one.tags,
        "systemData": {"createdAt": timestamp(one.made_at), "createdByType": "Application"},
        "properties": {
            "provisioningState": "Succeeded",
            "source": one.source,
            "topicType": one.topic_type,
            "metricResourceId": one.metric_resource_id,
        },
    }


def subscription(one: EventSubscription) -> Json:
    """What is asked is shown while its handshake runs, what is in force afterwards."""
    settings = one.asked or one.settings
    assert settings is not None
    return {
        "id": one.id,
        "name": one.name,
        "type": one.kind,
        "systemData": {"createdAt": timestamp(one.made_at), "createdByType": "Application"},
        "properties": {
            "topic": one.topic,
            "provisioningState": one.state,
            "destination": destination(settings.destination),
            "filter": _filter(settings.filter),
            "labels": list(settings.labels) or None,
            "expirationTimeUtc": timestamp(settings.expires_at) if settings.expires_at else None,
            "eventDeliverySchema": "EventGridSchema",
            "retryPolicy": {
                "maxDeliveryAttempts": settings.max_attempts,
                "eventTimeToLiveInMinutes": settings.ttl_minutes,
            },
        },
    }


def destination(one: Destination) -> Json:
    """The address comes without its query, which is where secrets stand; getFullUrl tells all of it."""
    return {
        "endpointType": "WebHook",
        "properties": {
            "endpointUrl": None,
            "endpointBaseUrl": one.base_url,
            "maxEventsPerBatch": one.max_events,
            "preferredBatchSizeInKilobytes": one.preferred_kilobytes,
            "azureActiveDirectoryTenantId": one.tenant_id or None,
            "azureActiveDirectoryApplicationIdOrUri": one.application or None,
            "minimumTlsVersionAllowed": one.minimum_tls or None,
            "deliveryAttributeMappings": attributes(one),
        },
    }


def attributes(one: Destination) -> list[Json]:
    shown = []
    for each in one.attributes:
        fixed = {"value": None if each.is_secret else each.value, "isSecret": each.is_secret}
        properties = fixed if each.kind == "Static" else {"sourceField": each.source_field}
        shown.append({"name": each.name, "type": each.kind, "properties": properties})
    return shown


def _filter(one: EventFilter) -> Json:
    return {
        "subjectBeginsWith": one.begins_with,
        "subjectEndsWith": one.ends_with,
        "isSubjectCaseSensitive": one.case_sensitive,
        "includedEventTypes": list(one.event_types),
        "enableAdvancedFilteringOnArrays": False,
        "advancedFilters": [],
    }
