"""What Event Grid posts, read at the edge. The bodies of the events are kept byte for byte.

https://learn.microsoft.com/azure/event-grid/event-schema
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from centrala.characters import storable
from centrala.entra.refusals import Refusal
from centrala.hooks.refusals import Code

VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
DELETION = "Microsoft.EventGrid.SubscriptionDeletedEvent"
MOST = 5_000  # events in a batch, by Event Grid's own limit
BLANK = " \t\r\n"


class Envelope(msgspec.Struct, frozen=True, rename="camel"):
    """Of one event: all but the id may be missing."""

    id: str = ""
    event_type: str = ""
    subject: str = ""
    event_time: str = ""
    specversion: str = ""  # only CloudEvents have it

    @property
    def time(self) -> datetime | None:
        """In UTC; None for what is not a time."""
        try:
            time = datetime.fromisoformat(self.event_time)
            return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            return None


class Event(msgspec.Struct, frozen=True):
    envelope: Envelope
    body: bytes

    @property
    def validation_code(self) -> str:
        """Of a SubscriptionValidationEvent. Raises Refusal."""
        data = _lowered(_lowered(_json(self.body)).get("data"))
        code = data.get("validationcode")
        if not isinstance(code, str) or not code:
            raise Refusal(Code.NO_VALIDATION_CODE)
        return storable(code)


_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_ENVELOPE = msgspec.json.Decoder(Envelope)


def parse(body: bytes) -> list[Event]:
    """Raises Refusal for what is not an array of events, each with an id."""
    try:
        bodies = [bytes(raw) for raw in _ARRAY.decode(body)]
    except (msgspec.MsgspecError, RecursionError):
        bodies = _split(body)
    if len(bodies) > MOST:
        raise Refusal(Code.TOO_MANY_EVENTS)
    return [_event(one) for one in bodies]


def _event(body: bytes) -> Event:
    try:
        envelope = _ENVELOPE.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        envelope = _leniently(body)
    if not envelope.id or not envelope.event_type:
        envelope = _leniently(body)
    if envelope.specversion and not envelope.event_type:
        raise Refusal(Code.CLOUD_EVENTS)
    if not envelope.id:
        raise Refusal(Code.NO_EVENT_ID)
    return Event(envelope, body)


def _leniently(body: bytes) -> Envelope:
    """For what msgspec refuses and a sender may still mean: lone surrogates, bytes that are no UTF-8, other cases."""
    value = _json(body)
    if not isinstance(value, dict):
        raise Refusal(Code.NOT_EVENTS)
    keys = _lowered(value)
    words = {name: keys.get(name.replace("_", "")) for name in Envelope.__struct_fields__}
    return Envelope(**{name: storable(word) for name, word in words.items() if isinstance(word, str)})


def _split(body: bytes) -> list[bytes]:
    """The elements of an array, by json's scanner. What it reads is thrown away: only where each ends is wanted."""
    try:
        return [element.encode("utf-8", "surrogateescape") for element in _elements(_text(body))]
    except (ValueError, IndexError, RecursionError):
        pass
    raise Refusal(Code.CLOUD_EVENTS if _is_cloud_event(body) else Code.NOT_EVENTS)


def _elements(text: str) -> Iterator[str]:
    """Raises ValueError or IndexError for what is not one array."""
    scan = json.JSONDecoder(strict=False).raw_decode
    at = _skip(text, 0)
    if text[at] != "[":
        raise ValueError("not an array")
    at = _skip(text, at + 1)
    while text[at] != "]":
        _, end = scan(text, at)
        yield text[at:end]
        at = _skip(text, end)
        if text[at] not in ",]":
            raise ValueError("no comma")
        if text[at] == ",":
            at = _skip(text, at + 1)
            if text[at] == "]":
                raise ValueError("a comma at the end")
    if _skip(text, at + 1) != len(text):
        raise ValueError("something behind the array")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in BLANK:
        at += 1
    return at


def _is_cloud_event(body: bytes) -> bool:
    """One event outside an array is how Event Grid's CloudEvents schema delivers."""
    try:
        return "specversion" in _lowered(json.loads(_text(body)))
    except (ValueError, RecursionError):
        return False


def _json(body: bytes) -> object:
    try:
        # Control characters in a text are no JSON, but no reason to lose an event either.
        return json.loads(_text(body), strict=False)
    except (ValueError, RecursionError):
        raise Refusal(Code.NOT_EVENTS) from None


def _text(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")


def _lowered(value: object) -> dict[str, object]:
    return {str(key).lower(): inner for key, inner in value.items()} if isinstance(value, dict) else {}
