"""Event Grid's dead letters: a JSON array of events, each with why it was not delivered.

https://learn.microsoft.com/azure/event-grid/delivery-and-retry#dead-letter-events
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from django.utils.timezone import now

from centrala.characters import storable
from centrala.connection.models import EVENT_TYPES, Endpoint, Service
from centrala.inbox.models import Event, State
from centrala.inbox.writer import identity

LARGEST = 16 << 20  # bytes of a blob
SERVICE_OF = {type_: service for service, types in EVENT_TYPES.items() for type_ in types}
# .../SUBSCRIPTION/year/month/day/hour/name.json
DATED = re.compile(r"([^/]{1,200})/\d{4}/\d\d?/\d\d?/\d\d?/[^/]+$")
UNREADABLE = re.compile(r"[^A-Za-z]")


@dataclass(frozen=True, kw_only=True)
class ReadBack:
    """How many events: new ones, those the inbox has, those of a resource that was never connected; how many files or
    blobs that are no dead letters, and that were read before; and whether there are `more`, for another reading."""

    new: int = 0
    known: int = 0
    foreign: int = 0
    unreadable: int = 0
    before: int = 0
    more: bool = False

    def __add__(self, other: "ReadBack") -> "ReadBack":
        return ReadBack(
            new=self.new + other.new,
            known=self.known + other.known,
            foreign=self.foreign + other.foreign,
            unreadable=self.unreadable + other.unreadable,
            before=self.before + other.before,
            more=self.more or other.more,
        )


class _Letter(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    topic: str
    event_type: str
    dead_letter_reason: str
    subject: str = ""
    event_time: str = ""


_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_LETTER = msgspec.json.Decoder(_Letter)
Letters = list[tuple[_Letter, bytes]]


def parse(content: bytes) -> Letters | None:
    """None for whatever is no array of dead letters."""
    try:
        bodies = [bytes(raw) for raw in _ARRAY.decode(content)]
        return [(_LETTER.decode(body), body) for body in bodies]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def take_in(letters: Letters, place: str, endpoints: "Endpoints") -> ReadBack:
    """Each event that the inbox does not have joins it as failed, with the reason. `place` is the blob's path."""
    ours = [_event(letter, body, place, endpoints) for letter, body in letters]
    events = [event for event in ours if event is not None]
    new = _add(events)
    return ReadBack(new=new, known=len(events) - new, foreign=len(ours) - len(events))


Endpoints = dict[str, dict[Service, UUID]]


def endpoints_of(*, since: datetime | None = None) -> Endpoints:
    """Of each resource that was ever connected, or was so since then, by its id in small letters, where its events
    come to."""
    found: Endpoints = {}
    wanted = Endpoint.objects.filter(retires_at=None, **({"connection__created_at__gt": since} if since else {}))
    for endpoint in wanted.select_related("connection"):
        services = found.setdefault(endpoint.connection.resource_id.lower(), {})
        services[Service(endpoint.service)] = endpoint.pk
    return found


def _event(letter: _Letter, body: bytes, place: str, endpoints: Endpoints) -> Event | None:
    services = endpoints.get(letter.topic.lower())
    if not services or not letter.id:
        return None
    dated = DATED.search(place)
    return Event(
        event_id=identity(storable(letter.id)),
        type=storable(letter.event_type),
        subject=storable(letter.subject),
        event_time=_time(letter.event_time),
        body=body,
        endpoint=services.get(SERVICE_OF.get(letter.event_type, Service.SMS)) or next(iter(services.values())),
        subscription=dated[1] if dated else "",
        received_at=now(),
        state=State.FAILED,
        processed_at=now(),
        error=f"Event Grid could not deliver it: {UNREADABLE.sub('', letter.dead_letter_reason)[:100] or 'unknown'}.",
    )


def _add(events: Sequence[Event]) -> int:
    """How many of them were new."""
    by_id = {event.event_id: event for event in events}
    known = set(Event.objects.filter(event_id__in=by_id).values_list("event_id", flat=True))
    fresh = [event for event_id, event in by_id.items() if event_id not in known]
    Event.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    return len(fresh)


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
