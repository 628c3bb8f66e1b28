"""Event Grid's JSON as it is shown: https://learn.microsoft.com/rest/api/eventgrid/"""

from typing import Any

from localazure.clock import timestamp
from localazure.eventgrid import filter_bodies
from localazure.records.events import Destination, EventSubscription, Settings, SystemTopic

Json = dict[str, Any]  # objects of the vendor's shape


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
            "filter": filter_bodies.shape(settings.filter),
            "labels": list(settings.labels) or None,
            "expirationTimeUtc": timestamp(settings.expires_at) if settings.expires_at else None,
            "eventDeliverySchema": settings.schema.value,
            "retryPolicy": {
                "maxDeliveryAttempts": settings.max_attempts,
                "eventTimeToLiveInMinutes": settings.ttl_minutes,
            },
            "deadLetterDestination": _dead_letters(settings),
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


def _dead_letters(settings: Settings) -> Json | None:
    if settings.dead_letters is None:
        return None
    place = {"resourceId": settings.dead_letters.account, "blobContainerName": settings.dead_letters.container}
    return {"endpointType": "StorageBlob", "properties": place}
