"""From raw events to what they mean: batches by type, the poisonous event alone.

Several drains may run at once, on one machine or many: SKIP LOCKED gives each its own rows. A batch is claimed,
handled and marked in one transaction, so a drain that dies leaves its events waiting as they were.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from django.db import InterfaceError, OperationalError, transaction

from centrala.inbox.models import State
from centrala.inbox.waiting import Lane, Waiting, claim, mark

BATCH = 2_000
COLLISION = "40"  # SQLSTATE class: deadlock, serialisation failure
# Classes that tell of the database and not of what was sent: connection, resources, an operator's stop, the system.
DATABASES_FAULT = ("08", "53", "57", "58")

Handler = Callable[[Sequence[Waiting]], None]
log = logging.getLogger(__name__)


class Collision(Exception):
    """Somebody else changed the same rows at the same time. Nothing has happened: drain again."""


class Incomprehensible(Exception):
    """An event of a known type that its handler cannot read: kept as failed, with this text."""


def drain(handlers: Mapping[str, Handler], *, lane: Lane = Lane.ALL, limit: int = BATCH) -> int:
    """Handles up to `limit` waiting events of the lane, oldest first, and returns how many there were.

    Raises Collision when it must be done again, OperationalError or InterfaceError when the database goes away; in
    both cases nothing has happened.
    """
    try:
        return _drain(handlers, lane, limit)
    except OperationalError as error:
        if _collides(error):
            raise Collision from error
        raise


@transaction.atomic
def _drain(handlers: Mapping[str, Handler], lane: Lane, limit: int) -> int:
    by_type: dict[str, list[Waiting]] = defaultdict(list)
    for event in claim(lane, limit):
        by_type[event.type].append(event)
    for type_, events in sorted(by_type.items()):  # everywhere in the same order, or drains would block each other
        _handle(handlers.get(type_), events)
    return sum(map(len, by_type.values()))


def _handle(handler: Handler | None, events: list[Waiting]) -> None:
    ids = [event.id for event in events]
    if handler is None:
        mark(ids, State.UNKNOWN)
        return
    failed = _run(handler, events)
    mark([id_ for id_ in ids if id_ not in failed], State.PROCESSED)
    for id_, error in failed.items():
        mark([id_], State.FAILED, error=error)


def _run(handler: Handler, events: Sequence[Waiting]) -> dict[int, str]:
    """Hands the events on as one batch, without those that fail; returns what is wrong with each of these.

    A batch that fails is searched by halves in trials that are undone. What is good is then handled as one batch again,
    so that rows are locked in one order: halves that were kept would hold theirs while the next one asks for others.
    """
    good = list(events)
    failed: dict[int, str] = {}
    while good:
        error = _attempt(handler, good)
        if error is None:
            break
        found = _search(handler, good)
        failed |= found or {event.id: _describe(error, event) for event in good}
        good = [event for event in good if event.id not in failed]
    return failed


def _search(handler: Handler, events: Sequence[Waiting]) -> dict[int, str]:
    error = _attempt(handler, events, keep=False)
    if error is None:
        return {}
    if len(events) == 1:
        return {events[0].id: _describe(error, events[0])}
    half = len(events) // 2
    return _search(handler, events[:half]) | _search(handler, events[half:])


def _attempt(handler: Handler, events: Sequence[Waiting], *, keep: bool = True) -> Exception | None:
    """What the handler tripped over, if it did; then, and without `keep`, nothing has happened and no row is locked."""
    try:
        with transaction.atomic():
            handler(events)
            if not keep:
                transaction.set_rollback(True)
    except Collision:
        raise
    except Exception as error:  # whatever it is, the other events must get through
        if is_databases_fault(error) or _collides(error):
            raise
        return error
    return None


def is_databases_fault(error: Exception) -> bool:
    """An error without a SQLSTATE is a connection that broke. Most others tell of what was sent, such as a value too
    long for an index, which psycopg calls operational, too."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    state = _sqlstate(error)
    return not state or state.startswith(DATABASES_FAULT)


def _collides(error: Exception) -> bool:
    return isinstance(error, OperationalError) and _sqlstate(error).startswith(COLLISION)


def _sqlstate(error: Exception) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def _describe(error: Exception, event: Waiting) -> str:
    """What stands beside a failed event. A reader's own words are kept; of a bug only its kind, the rest is logged
    without the event's values."""
    if isinstance(error, Incomprehensible):
        return str(error)
    log.error("Event %s of type %s failed: %s", event.id, event.type, kind(error))
    return kind(error)


def kind(error: Exception) -> str:
    """What is wrong and where, without any value: an error's own words may hold somebody's number."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"{frame.tb_frame.f_code.co_name}:{frame.tb_lineno}" if frame else "?"
    return f"{type(error).__name__} in {where}"
