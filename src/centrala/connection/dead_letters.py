"""What Event Grid could not deliver, read back from where it put it: a folder that holds the blobs of the container.

https://learn.microsoft.com/azure/event-grid/delivery-and-retry#dead-letter-events
The path of a blob is documented nowhere as a promise, so whatever JSON lies below the folder is read. The blobs stay.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nlargest
from pathlib import Path
from uuid import UUID

import msgspec
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.characters import storable
from centrala.connection.models import EVENT_TYPES, Endpoint, Service
from centrala.errors import Refused
from centrala.inbox.models import Event, State
from centrala.inbox.writer import identity
from centrala.organization.audit import record
from centrala.organization.models import User

log = logging.getLogger(__name__)
MOST_FILES = 10_000  # the newest; Event Grid puts many events into one
LARGEST = 16 << 20  # bytes of a blob
SERVICE_OF = {type_: service for service, types in EVENT_TYPES.items() for type_ in types}
# .../SUBSCRIPTION/year/month/day/hour/name.json
DATED = re.compile(r"([^/]{1,200})/\d{4}/\d\d?/\d\d?/\d\d?/[^/]+$")
UNREADABLE = re.compile(r"[^A-Za-z]")


@dataclass(frozen=True, kw_only=True)
class ReadBack:
    """How many events: new ones, those the inbox has, those of a resource that was never connected; and how many files
    that are no dead letters."""

    new: int = 0
    known: int = 0
    foreign: int = 0
    unreadable: int = 0


class _Letter(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    topic: str
    event_type: str
    dead_letter_reason: str
    subject: str = ""
    event_time: str = ""


_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_LETTER = msgspec.json.Decoder(_Letter)


def read_back(*, folder: Path, actor: User | None) -> ReadBack:
    """Each event that the inbox does not have joins it as failed, with the reason, to be replayed or deleted there.

    May be done again at any time: what is there already is left as it is. Raises Refused.
    """
    endpoints = _endpoints()
    found = {"new": 0, "known": 0, "foreign": 0, "unreadable": 0}
    for path in _newest(folder):
        try:
            letters = _read(path)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            log.warning("%s holds no dead letters that can be read: %s", path.name, type(error).__name__)
            found["unreadable"] += 1
            continue
        ours = [_event(letter, body, path, endpoints) for letter, body in letters]
        events = [event for event in ours if event is not None]
        new = _add(events)
        found["new"] += new
        found["known"] += len(events) - new
        found["foreign"] += len(ours) - len(events)
    if found["new"]:
        record(actor=actor, act="read dead letters", target="", after={"events": found["new"]})
    return ReadBack(**found)


def _newest(folder: Path) -> list[Path]:
    try:
        next(folder.iterdir(), None)
        dated = ((path.stat().st_mtime, path) for path in folder.rglob("*.json") if path.is_file())
        return [path for _at, path in nlargest(MOST_FILES, dated)]
    except OSError as error:
        raise Refused(
            _("The folder of dead letters cannot be read (%(reason)s): %(folder)s")
            % {"reason": error.strerror, "folder": folder}
        ) from None


def _read(path: Path) -> list[tuple[_Letter, bytes]]:
    if path.stat().st_size > LARGEST:
        raise OSError("larger than any dead letter")
    bodies = [bytes(raw) for raw in _ARRAY.decode(path.read_bytes())]
    return [(_LETTER.decode(body), body) for body in bodies]


Endpoints = dict[str, dict[Service, UUID]]


def _endpoints() -> Endpoints:
    """Of each resource that was ever connected, by its id in small letters, where its events come to."""
    found: Endpoints = {}
    for endpoint in Endpoint.objects.filter(retires_at=None).select_related("connection"):
        services = found.setdefault(endpoint.connection.resource_id.lower(), {})
        services[Service(endpoint.service)] = endpoint.pk
    return found


def _event(letter: _Letter, body: bytes, path: Path, endpoints: Endpoints) -> Event | None:
    services = endpoints.get(letter.topic.lower())
    if not services or not letter.id:
        return None
    place = DATED.search(path.as_posix())
    return Event(
        event_id=identity(storable(letter.id)),
        type=storable(letter.event_type),
        subject=storable(letter.subject),
        event_time=_time(letter.event_time),
        body=body,
        endpoint=services.get(SERVICE_OF.get(letter.event_type, Service.SMS)) or next(iter(services.values())),
        subscription=place[1] if place else "",
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
