"""What a caller asks of an event subscription, checked and read into our record."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from localazure.clock import possible
from localazure.errors import INVALID_EVENT_GRID, INVALID_JSON, PART_NOT_EMULATED
from localazure.eventgrid import filter_bodies
from localazure.eventgrid.bodies import (
    AttributeBody,
    DeadLetterBody,
    DestinationBody,
    FilterBody,
    RetryBody,
    SettingsBody,
    WebhookProperties,
)
from localazure.eventgrid.custom_topics import TLS_VERSIONS
from localazure.records.events import DeadLetterPlace, DeliveryAttribute, DeliverySchema, Destination, Settings
from localazure.records.filters import EventFilter

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
RESERVED = {"host", "content-length", "transfer-encoding", "connection"}  # what the request itself is made of
LONGEST_ATTRIBUTE = 4096  # bytes: https://learn.microsoft.com/azure/event-grid/delivery-properties
STORAGE_ACCOUNT = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Storage/storageAccounts/[a-z0-9]{3,24}",
    re.IGNORECASE,
)
# https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
CONTAINER = re.compile(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*")
SCHEMAS = {one.value.lower(): one for one in DeliverySchema}


def read(
    body: SettingsBody,
    known: Settings | None,
    *,
    topic_types: Sequence[str],
    input_schema: DeliverySchema,
    now: datetime,
) -> Settings:
    """`known` are the settings a PATCH changes. Raises 400 for what is wrong and 501 for what is not emulated.

    `input_schema` is what is published to the topic, and delivered where nothing else is asked.
    """
    _check_emulated(body)
    before = known.destination if known else None
    destination = _destination(body.destination, before) if body.destination else before
    if destination is None:
        raise INVALID_EVENT_GRID.of(reason="The destination of the event subscription is missing.")
    retry = body.retry_policy or RetryBody()
    return Settings(
        destination=destination,
        filter=known.filter if known and body.filter is None else _filter(body.filter, topic_types),
        max_attempts=retry.max_delivery_attempts or (known.max_attempts if known else 30),
        ttl_minutes=retry.event_time_to_live_in_minutes or (known.ttl_minutes if known else 1440),
        labels=tuple(body.labels) if body.labels is not None else (known.labels if known else ()),
        expires_at=_expiry(body.expiration_time_utc, now) or (known.expires_at if known else None),
        schema=_schema(body.event_delivery_schema, input_schema) or (known.schema if known else input_schema),
        dead_letters=_dead_letters(body.dead_letter_destination) or (known.dead_letters if known else None),
    )


def check_change(known: Settings | None, asked: Settings) -> None:
    """https://learn.microsoft.com/azure/event-grid/cloud-event-schema"""
    if known and known.schema is DeliverySchema.CLOUD_EVENTS and asked.schema is not DeliverySchema.CLOUD_EVENTS:
        raise INVALID_EVENT_GRID.of(
            reason="The event delivery schema of an event subscription cannot be changed from CloudEventSchemaV1_0."
        )


def _filter(body: FilterBody | None, topic_types: Sequence[str]) -> EventFilter:
    return filter_bodies.read(body or FilterBody(), topic_types)


def _check_emulated(body: SettingsBody) -> None:
    asked = {
        f"the event delivery schema {body.event_delivery_schema}": _is(body.event_delivery_schema, "custominputschema"),
        "dead-lettering with a managed identity": body.dead_letter_with_resource_identity,
        "delivery with a managed identity": body.delivery_with_resource_identity,
        "destinations other than a webhook": body.destination and not _is(body.destination.endpoint_type, "webhook"),
    }
    for what, wanted in asked.items():
        if wanted:
            raise PART_NOT_EMULATED.of(what=what)


def _is(value: str | None, word: str) -> bool:
    return value is not None and value.lower() == word


def _schema(name: str | None, published: DeliverySchema) -> DeliverySchema | None:
    if name is None:
        return None
    if name.lower() not in SCHEMAS:
        raise INVALID_EVENT_GRID.of(reason=f"The event delivery schema '{name}' is unknown.")
    if published is DeliverySchema.CLOUD_EVENTS and SCHEMAS[name.lower()] is not published:
        raise INVALID_EVENT_GRID.of(reason="CloudEvents are delivered as CloudEvents only.")
    return SCHEMAS[name.lower()]


def _expiry(asked: datetime | None, now: datetime) -> datetime | None:
    if asked is None:
        return None
    at = asked if asked.tzinfo else asked.replace(tzinfo=UTC)
    if not possible(at):
        raise INVALID_EVENT_GRID.of(reason="The expirationTimeUtc of the event subscription is out of range.")
    if at <= now:
        raise INVALID_EVENT_GRID.of(reason="The expirationTimeUtc of the event subscription lies in the past.")
    return at


def _dead_letters(body: DeadLetterBody | None) -> DeadLetterPlace | None:
    if body is None:
        return None
    asked = body.properties
    if not _is(body.endpoint_type, "storageblob") or not STORAGE_ACCOUNT.fullmatch(asked.resource_id):
        raise INVALID_EVENT_GRID.of(reason="The dead-letter destination is not a blob container of a storage account.")
    if not CONTAINER.fullmatch(asked.blob_container_name):
        raise INVALID_EVENT_GRID.of(reason=f"The blob container name '{asked.blob_container_name}' is invalid.")
    return DeadLetterPlace(account=asked.resource_id, container=asked.blob_container_name)


def _properties(body: DestinationBody) -> WebhookProperties:
    try:
        return msgspec.json.decode(body.properties, type=WebhookProperties)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise INVALID_JSON.of(reason=error) from error


def _destination(body: DestinationBody, known: Destination | None) -> Destination:
    """Clients send back what they were shown: without the address, which they are told only on request."""
    asked = _properties(body)
    url = asked.endpoint_url or (known.url if known else "")
    _check_url(url)
    tenant = asked.azure_active_directory_tenant_id or ""
    application = asked.azure_active_directory_application_id_or_uri or ""
    if bool(tenant) != bool(application):
        raise INVALID_EVENT_GRID.of(
            reason="azureActiveDirectoryTenantId and azureActiveDirectoryApplicationIdOrUri must be given together."
        )
    if asked.minimum_tls_version_allowed not in TLS_VERSIONS:
        raise INVALID_EVENT_GRID.of(reason="The minimumTlsVersionAllowed is not one of 1.0, 1.1 and 1.2.")
    mapped = asked.delivery_attribute_mappings or ()
    if len({one.name.lower() for one in mapped}) < len(mapped):
        raise INVALID_EVENT_GRID.of(reason="The names of the delivery attributes are not different.")
    return Destination(
        url=url,
        tenant_id=tenant,
        application=application,
        max_events=asked.max_events_per_batch or 1,
        preferred_kilobytes=asked.preferred_batch_size_in_kilobytes or 64,
        minimum_tls=asked.minimum_tls_version_allowed or "",
        attributes=tuple(_attribute(one, known) for one in mapped),
    )


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme.lower() == "https" and bool(parts.hostname) and (parts.port or 443) > 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise INVALID_EVENT_GRID.of(reason="The webhook endpoint must be an absolute HTTPS URL.")


def _attribute(body: AttributeBody, known: Destination | None) -> DeliveryAttribute:
    given = body.properties
    value = given.value or _known_value(body.name, known)
    if not _is_free(body.name) or not _fits_a_header(value):
        raise INVALID_EVENT_GRID.of(reason=f"The delivery attribute '{body.name}' is not a possible header.")
    if len(value) > LONGEST_ATTRIBUTE or body.type not in {"Static", "Dynamic"}:
        raise INVALID_EVENT_GRID.of(reason=f"The delivery attribute '{body.name}' is too long or of an unknown type.")
    if body.type == "Static" and not value:
        raise INVALID_EVENT_GRID.of(reason=f"The delivery attribute '{body.name}' has no value.")
    if body.type == "Dynamic":
        filter_bodies.check_key(given.source_field or "", of="delivery attribute")
    return DeliveryAttribute(
        name=body.name,
        kind=body.type,
        value=value,
        is_secret=bool(given.is_secret),
        source_field=given.source_field or "",
    )


def _is_free(name: str) -> bool:
    lower = name.lower()
    return bool(HEADER_NAME.fullmatch(name)) and lower not in RESERVED and not lower.startswith("aeg-")


def _fits_a_header(value: str) -> bool:
    return value.isascii() and (value.isprintable() or not value)


def _known_value(name: str, known: Destination | None) -> str:
    """A secret's value is not shown, so it comes back empty."""
    return next((one.value for one in known.attributes if one.name == name), "") if known else ""
