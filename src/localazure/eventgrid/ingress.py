"""Publishing to custom topics: https://learn.microsoft.com/azure/event-grid/post-to-custom-topic"""

import base64
import binascii
import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import unquote

import msgspec

from localazure.clock import real_time
from localazure.errors import (
    EVENTS_TOO_LARGE,
    MISSING_API_VERSION,
    NO_TOPIC_KEY,
    NOT_FOUND,
    PART_NOT_EMULATED,
    TOPIC_CLOSED,
    WRONG_EVENT,
    WRONG_TOPIC_KEY,
    ServiceError,
)
from localazure.eventgrid.custom_topics import endpoint, named
from localazure.eventgrid.publishing import Json, route
from localazure.pipeline import Call, Caller, Reply, Service
from localazure.records.events import DeliverySchema
from localazure.records.topics import CustomTopic
from localazure.routing import Route, Router
from localazure.same import same
from localazure.world import World

MOST_EVENTS = 5000
MOST_BYTES = 1024 * 1024  # of a request, and so of an event
SCHEMA_NAMES = {DeliverySchema.EVENT_GRID: "EventGridEvent", DeliverySchema.CLOUD_EVENTS: "CloudEventV10"}
BINARY = "ce-specversion"  # the header of an event whose attributes are headers
PATH = re.compile(r"/eventgrid/topics/(?P<name>[^/]+)/api/events/?", re.IGNORECASE)


class GridEvent(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    """What is `topic` and `metadataVersion` is for Event Grid to say."""

    id: Annotated[str, msgspec.Meta(min_length=1)]
    subject: str
    data: object
    event_type: Annotated[str, msgspec.Meta(min_length=1)]
    event_time: datetime
    data_version: str
    topic: str = ""
    metadata_version: str = "1"


class CloudEvent(msgspec.Struct, kw_only=True):
    """Extensions stand beside these."""

    id: str
    source: str
    type: str
    specversion: str
    time: datetime | None = None
    subject: str | None = None


def publish(world: World, call: Call) -> Reply:
    topic = _topic(world, call)
    if topic.public_network_access == "Disabled":
        raise TOPIC_CLOSED.of(topic=topic.name.upper())
    if topic.schema is DeliverySchema.CLOUD_EVENTS and BINARY in call.headers:
        raise PART_NOT_EMULATED.of(what="CloudEvents in binary content mode")
    events = [_checked(topic, event) for event in _events(topic, call.body)]
    with world.store.transaction():
        for event in events:
            route(world, source=topic.key, event=event, schema=topic.schema)
    return Reply()


def _topic(world: World, call: Call) -> CustomTopic:
    match = PATH.fullmatch(call.path)
    found = named(world, match["name"]) if match else None
    if found is None:
        raise NOT_FOUND.of(path=call.path)
    return found


def _events(topic: CustomTopic, body: bytes) -> list[object]:
    """A list, or for CloudEvents one alone."""
    if len(body) > MOST_BYTES:
        raise EVENTS_TOO_LARGE.of(reason=f"The maximum size of a request is {MOST_BYTES} bytes.")
    try:
        sent: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _wrong(topic, str(error)) from error
    events = [sent] if topic.schema is DeliverySchema.CLOUD_EVENTS and isinstance(sent, dict) else sent
    if not isinstance(events, list):
        raise _wrong(topic, "The body is not a list of events.")
    if len(events) > MOST_EVENTS:
        raise EVENTS_TOO_LARGE.of(reason=f"The maximum number of events in a request is {MOST_EVENTS}.")
    return events


def _checked(topic: CustomTopic, event: object) -> Json:
    """The event as it is handed on."""
    try:
        if topic.schema is DeliverySchema.EVENT_GRID:
            return _checked_grid_event(topic, msgspec.convert(event, GridEvent), msgspec.convert(event, Json))
        return _checked_cloud_event(topic, msgspec.convert(event, CloudEvent), msgspec.convert(event, Json))
    except msgspec.ValidationError as error:
        raise _wrong(topic, str(error)) from error


def _checked_grid_event(topic: CustomTopic, read: GridEvent, event: Json) -> Json:
    if read.topic and read.topic.lower() != topic.key:
        raise _wrong(topic, "The topic of an event is not that to which it is published.")
    return event | {"topic": topic.id, "metadataVersion": "1"}


def _checked_cloud_event(topic: CustomTopic, read: CloudEvent, event: Json) -> Json:
    if read.specversion != "1.0" or not (read.id and read.source and read.type):
        raise _wrong(topic, "The specversion is not 1.0, or id, source or type is empty.")
    return event


def _wrong(topic: CustomTopic, reason: str) -> ServiceError:
    return WRONG_EVENT.of(schema=SCHEMA_NAMES[topic.schema], reason=reason)


def _authenticate(world: World, call: Call) -> Caller:
    """A key of the topic, or a token signed with one."""
    topic, key = _topic(world, call), call.headers.get("aeg-sas-key")
    token = call.headers.get("aeg-sas-token") or _sas(call.headers.get("authorization", ""))
    if call.headers.get("authorization", "").lower().startswith("bearer "):
        raise PART_NOT_EMULATED.of(what="publishing events with an Entra token")
    if (key is None and not token) or topic.disable_local_auth:
        raise NO_TOPIC_KEY.of()
    keys = (topic.key1, topic.key2)
    if key is not None and not any(same(each, key) for each in keys):
        raise WRONG_TOPIC_KEY.of(what="key", topic=topic.name.upper())
    if key is None and not any(_signed(endpoint(world, topic), each, token) for each in keys):
        raise WRONG_TOPIC_KEY.of(what="token", topic=topic.name.upper())
    return Caller()


def _sas(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    return value if scheme.lower() == "sharedaccesssignature" else ""


def _signed(address: str, key: str, token: str) -> bool:
    """`r={resource}&e={expiry}&s={signature}`, the first two signed as they stand.

    https://learn.microsoft.com/azure/event-grid/authenticate-with-access-keys-shared-access-signatures
    """
    text, _, signature = token.rpartition("&s=")
    fields = dict(part.partition("=")[::2] for part in text.split("&"))
    try:
        digest = hmac.digest(base64.b64decode(key), text.encode(), hashlib.sha256)
        genuine = same(base64.b64encode(digest).decode(), unquote(signature))
    except binascii.Error:
        return False
    resource = unquote(fields.get("r", "")).partition("?")[0].rstrip("/").lower()
    return genuine and resource == address.lower() and _lasts(unquote(fields.get("e", "")))


def _lasts(expiry: str) -> bool:
    """As Microsoft's clients write it: ISO 8601 in Python, the American way in .NET."""
    try:
        at = datetime.fromisoformat(expiry)
    except ValueError:
        try:
            at = datetime.strptime(expiry.replace("+", " "), "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC)
        except ValueError:
            return False
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) > real_time()


def _check_version(call: Call) -> None:
    if not call.query.get("api-version"):
        raise MISSING_API_VERSION.of()


INGRESS = Service(
    name="eventgrid",
    claims=re.compile(r"/eventgrid/topics/", re.IGNORECASE),
    find=Router([Route("POST", "/eventgrid/topics/{name}/api/events", publish)]).find,
    authenticate=_authenticate,
    validate=_check_version,
)
