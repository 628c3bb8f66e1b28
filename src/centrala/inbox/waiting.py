"""The events that wait for the drain: taking a batch of them, and writing down what became of it."""

from collections.abc import Collection
from datetime import datetime
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from django.utils.timezone import now

from centrala.database import run
from centrala.inbox.models import INCOMING_CALL, State

BATCH_BYTES = 32 << 20  # of bodies
FULL = 32  # events: a batch that its bytes have cut short has at least so many, for none has more than a megabyte

# A batch looks for some hundred keys in tables of any size. The planner takes each for a read from disk, and would
# rather read a table of a hundred thousand rows as a whole, which takes several times as long.
BY_INDEX = ["enable_seqscan", "enable_hashjoin", "enable_mergejoin"]
# A small batch is worth less than the disk's time for its commit, and somebody waits for it at the desk. The events are
# on the disk since they came: a database that dies in this moment has them waiting as before.
AT_ONCE = "synchronous_commit"
TURN_OFF = "select set_config(name, 'off', true) from unnest(%b::text[]) as name"
# The whole batch is locked, and only what fits is taken: the rest is free again when the batch is done.
CLAIM = """
    with claimed as (
        select id, type, endpoint, event_time, received_at, body from inbox_event
        where state = 'received' and {lane} order by id limit %s for update skip locked
    ),
    sized as (select *, sum(octet_length(body)) over (order by id) - octet_length(body) as before from claimed)
    select id, type, endpoint, event_time, received_at, body from sized where before < %s order by id
"""
MARK = "update inbox_event set state = %s, error = %s, processed_at = %s where id = any(%b::bigint[])"


class Lane(Enum):
    """Which of the waiting events a drain takes, as a condition."""

    ALL = "true"
    CALLS = f"type = '{INCOMING_CALL}'"
    OTHERS = f"type <> '{INCOMING_CALL}'"


class Waiting(NamedTuple):
    """An event as its handler gets it."""

    id: int
    type: str
    endpoint: UUID
    event_time: datetime | None
    received_at: datetime
    body: bytes


def claim(lane: Lane, limit: int) -> list[Waiting]:
    """The oldest ones that nobody else has in hand, at least one of them where there is any, locked until the
    transaction ends."""
    events = [Waiting._make(row) for row in run(CLAIM.format(lane=lane.value), limit, BATCH_BYTES)]
    if events:
        run(TURN_OFF, BY_INDEX if len(events) >= FULL else [*BY_INDEX, AT_ONCE])
    return events


def mark(ids: Collection[int], state: State, *, error: str = "") -> None:
    if ids:
        run(MARK, str(state), error, now(), list(ids))
