"""What an endpoint is asked before it gets events, and what counts as its consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

import msgspec

from localazure.clock import timestamp
from localazure.eventgrid import requests
from localazure.eventgrid.webhook import Answer
from localazure.records.events import DeliverySchema, EventSubscription, Handshake, Settings
from localazure.records.ids import new_id
from localazure.world import World

VERB = {DeliverySchema.EVENT_GRID: "POST", DeliverySchema.CLOUD_EVENTS: "OPTIONS"}
PAGE = {
    DeliverySchema.EVENT_GRID: "https://aka.ms/esvalidation",
    DeliverySchema.CLOUD_EVENTS: "https://aka.ms/esvalidationcloudevent",
}
BEGIN = "Webhook validation handshake failed for {url}. "
END = " Activity id:{id}, timestamp: {at} (UTC)."
# The misspellings are Event Grid's own.
FAILED = BEGIN + "Http {verb} request failed with response code {status}. For troublehooting, visit {page}." + END
ACCEPTED = (
    BEGIN + "Http {verb} request retuned 2XX response with response body {body}. When a validation request is accepted "
    "without validation code in the response body, Http GET is expected on the validation url included in the "
    "validation event(within 10 minutes). For troubleshooting, visit {page}." + END
)
ACCEPTED_CLOUD = (
    BEGIN + "Http {verb} request retuned 2XX response without the header WebHook-Allowed-Origin that names "
    f"{requests.ORIGIN}. Http GET is then expected on the url in WebHook-Request-Callback(within 10 minutes). "
    "For troubleshooting, visit {page}." + END
)
UNKNOWN = BEGIN + "HTTP POST request failed with unknown error code. For troublehooting, visit {page}." + END
UNSIGNED = (
    BEGIN
    + "No access token could be had for the webhook's application: {reason} For troubleshooting, visit {page}."
    + END
)


@dataclass(frozen=True, kw_only=True)
class Question:
    method: str
    headers: Mapping[str, str]
    content: bytes


def question(world: World, one: EventSubscription, attempt: int) -> Question:
    """Raises a ServiceError in Entra's words when no token can be had."""
    assert one.asked is not None
    assert one.handshake is not None
    destination, schema = one.asked.destination, one.asked.schema
    attributes = requests.attribute_headers(destination, "{}")
    if schema is DeliverySchema.CLOUD_EVENTS:
        asked = {
            "webhook-request-origin": requests.ORIGIN,
            "webhook-request-callback": address(world, one, one.handshake),
        }
        return Question(
            method="OPTIONS", headers=asked | attributes | requests.authorization(world, destination), content=b""
        )
    what = requests.kind("SubscriptionValidation", schema, data_version="2")
    headers = requests.headers(world, one, destination, what, attempts=attempt)
    return Question(method="POST", headers=headers | attributes, content=_event(world, one, one.handshake))


def given(asked: Settings, handshake: Handshake, answer: Answer) -> bool:
    """For EventGridSchema 200 with the code, nothing else; for CloudEvents the header, whatever else is said."""
    if answer.status != HTTPStatus.OK:
        return False
    if asked.schema is DeliverySchema.EVENT_GRID:
        return _code_in(answer.body) == handshake.code
    allowed = answer.headers.get("webhook-allowed-origin", "").strip().lower()
    return allowed in {"*", requests.ORIGIN}


def failed(world: World, asked: Settings, answer: Answer) -> str:
    return _text(world, FAILED, asked, status=_status_name(answer.status))


def accepted_without(world: World, asked: Settings, answer: Answer) -> str:
    if asked.schema is DeliverySchema.CLOUD_EVENTS:
        return _text(world, ACCEPTED_CLOUD, asked)
    return _text(world, ACCEPTED, asked, body=answer.body[:1024].decode("utf-8", "replace"))


def refused_writer(world: World, asked: Settings) -> str:
    """All that Event Grid says where the writer neither owns the application nor holds its role."""
    return _text(world, UNKNOWN, asked)


def unsigned(world: World, asked: Settings, reason: str) -> str:
    return _text(world, UNSIGNED, asked, reason=reason)


def _event(world: World, one: EventSubscription, handshake: Handshake) -> bytes:
    event = {
        "id": new_id(),
        "topic": one.source,
        "subject": "",
        "data": {"validationCode": handshake.code, "validationUrl": address(world, one, handshake)},
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": timestamp(world.clock.now()),
        "metadataVersion": "1",
        "dataVersion": "2",
    }
    return msgspec.json.encode([event])


def address(world: World, one: EventSubscription, handshake: Handshake) -> str:
    """What a person opens to accept the webhook by hand."""
    query = {
        "id": handshake.code,
        "t": timestamp(handshake.started_at),
        "apiVersion": "2022-06-15",
        "token": handshake.token,
    }
    return f"{world.addresses.url}/eventsubscriptions/{one.name}/validate?{urlencode(query)}"


def _code_in(body: bytes) -> str:
    try:
        answer: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    code = answer.get("validationResponse") if isinstance(answer, dict) else None
    return code.upper() if isinstance(code, str) else ""


def _status_name(status: int | None) -> str:
    """As .NET writes them: Unauthorized, InternalServerError."""
    try:
        return "Unknown" if status is None else HTTPStatus(status).phrase.replace(" ", "")
    except ValueError:
        return str(status)


def _text(world: World, text: str, asked: Settings, **values: str) -> str:
    now = world.clock.now()
    at = f"{now.month}/{now.day}/{now.year} {now:%I:%M:%S %p}"
    url, verb, page = asked.destination.base_url, VERB[asked.schema], PAGE[asked.schema]
    return text.format(url=url, verb=verb, page=page, id=new_id(), at=at, **values)
