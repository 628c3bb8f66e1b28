"""What a caller asks of an event subscription, checked and read into our record."""

import re
from urllib.parse import urlsplit

from localazure.errors import INVALID_EVENT_GRID, PART_NOT_EMULATED
from localazure.eventgrid.event_types import EVENT_TYPES
from localazure.eventgrid.shapes import AttributeBody, DestinationBody, FilterBody, RetryBody, SettingsBody
from localazure.records.events import DeliveryAttribute, Destination, EventFilter, Settings

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
LONGEST_ATTRIBUTE = 4096  # bytes: https://learn.microsoft.com/azure/event-grid/delivery-properties


def read(body: SettingsBody, known: Settings | None = None) -> Settings:
    """`known` are the settings a PATCH changes. Raises 400 for what is wrong and 501 for what is not emulated."""
    _check_emulated(body)
    before = known.destination if known else None
    destination = _destination(body.destination, before) if body.destination else before
    if destination is None:
        raise INVALID_EVENT_GRID.of(reason="The destination of the event subscription is missing.")
    retry = body.retry_policy or RetryBody()
    return Settings(
        destination=destination,
        filter=_filter(body.filter or FilterBody()) if body.filter or known is None else known.filter,
        max_attempts=retry.max_delivery_attempts or (known.max_attempts if known else 30),
        ttl_minutes=retry.event_time_to_live_in_minutes or (known.ttl_minutes if known else 1440),
        labels=tuple(body.labels) if body.labels is not None else (known.labels if known else ()),
        expires_at=body.expiration_time_utc or (known.expires_at if known else None),
    )


def _check_emulated(body: SettingsBody) -> None:
    schema = (body.event_delivery_schema or "EventGridSchema").lower()
    asked = {
        f"the event delivery schema {body.event_delivery_schema}": schema != "eventgridschema",
        "dead-lettering": body.dead_letter_destination or body.dead_letter_with_resource_identity,
        "delivery with a managed identity": body.delivery_with_resource_identity,
        "advanced filters": body.filter and body.filter.advanced_filters,
        "destinations other than a webhook": body.destination and body.destination.endpoint_type.lower() != "webhook",
    }
    for what, wanted in asked.items():
        if wanted:
            raise PART_NOT_EMULATED.of(what=what)


def _destination(body: DestinationBody, known: Destination | None) -> Destination:
    """Clients send back what they were shown: without the address, which they are told only on request."""
    asked = body.properties
    url = asked.endpoint_url or (known.url if known else "")
    _check_url(url)
    tenant = asked.azure_active_directory_tenant_id or ""
    application = asked.azure_active_directory_application_id_or_uri or ""
    if bool(tenant) != bool(application):
        raise INVALID_EVENT_GRID.of(
            reason="azureActiveDirectoryTenantId and azureActiveDirectoryApplicationIdOrUri must be given together."
        )
    return Destination(
        url=url,
        tenant_id=tenant,
        application=application,
        max_events=asked.max_events_per_batch or 1,
        preferred_kilobytes=asked.preferred_batch_size_in_kilobytes or 64,
        minimum_tls=asked.minimum_tls_version_allowed or "",
        attributes=tuple(_attribute(one, known) for one in asked.delivery_attribute_mappings or ()),
    )


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme.lower() == "https" and bool(parts.hostname) and (parts.port or 443) > 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or any(sign.isspace() for sign in url):
        raise INVALID_EVENT_GRID.of(reason="The webhook endpoint must be an absolute HTTPS URL.")


def _attribute(body: AttributeBody, known: Destination | None) -> DeliveryAttribute:
    given = body.properties
    value = given.value or _known_value(body.name, known)
    if body.name.lower().startswith("aeg-") or not HEADER_NAME.fullmatch(body.name) or not _fits_a_header(value):
        raise INVALID_EVENT_GRID.of(reason=f"The delivery attribute '{body.name}' is not a possible header.")
    if len(value) > LONGEST_ATTRIBUTE or body.type not in {"Static", "Dynamic"}:
        raise INVALID_EVENT_GRID.of(reason=f"The delivery attribute '{body.name}' is too long or of an unknown type.")
    return DeliveryAttribute(
        name=body.name,
        kind=body.type,
        value=value,
        is_secret=bool(given.is_secret),
        source_field=given.source_field or "",
    )


def _fits_a_header(value: str) -> bool:
    return value.isascii() and (value.isprintable() or not value)


def _known_value(name: str, known: Destination | None) -> str:
    """A secret's value is not shown, so it comes back empty."""
    return next((one.value for one in known.attributes if one.name == name), "") if known else ""


def _filter(body: FilterBody) -> EventFilter:
    known = {name.lower(): name for name in EVENT_TYPES}
    asked = body.included_event_types or list(EVENT_TYPES)
    if unknown := [name for name in asked if name.lower() not in known]:
        raise INVALID_EVENT_GRID.of(reason=f"The event types are not of this topic type: {', '.join(unknown)}.")
    return EventFilter(
        event_types=tuple(known[name.lower()] for name in asked),
        begins_with=body.subject_begins_with or "",
        ends_with=body.subject_ends_with or "",
        case_sensitive=bool(body.is_subject_case_sensitive),
    )
