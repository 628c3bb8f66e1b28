"""Keeps what each endpoint last saw, and counts. The event path only notes it; a task of its own writes, once a second
at most."""

import asyncio
import contextlib
import json
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from centrala.characters import storable
from centrala.connection.models import Sight
from centrala.connection.sightings import Claim
from centrala.hooks.endpoints import BROKEN
from centrala.inbox.sessions import AWAY
from centrala.inbox.tallies import ADD, Counted

log = logging.getLogger(__name__)

# The join leaves out an endpoint that went away meanwhile.
WRITE = """
INSERT INTO connection_sighting (endpoint_id, kind, at, subscription, word, detail, claims)
SELECT new.* FROM unnest(
    $1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::jsonb[]
) AS new (endpoint_id, kind, at, subscription, word, detail, claims)
JOIN connection_endpoint endpoint ON endpoint.id = new.endpoint_id
ON CONFLICT (endpoint_id, kind) DO UPDATE SET
    at = EXCLUDED.at, subscription = EXCLUDED.subscription, word = EXCLUDED.word, detail = EXCLUDED.detail,
    claims = EXCLUDED.claims
WHERE EXCLUDED.at >= connection_sighting.at
"""
COUNT = """
INSERT INTO connection_refusalcount (endpoint_id, hour, word, count)
SELECT new.* FROM unnest(
    $1::uuid[], $2::timestamptz[], $3::text[], $4::bigint[]
) AS new (endpoint_id, hour, word, count)
JOIN connection_endpoint endpoint ON endpoint.id = new.endpoint_id
ORDER BY 1, 2, 3
ON CONFLICT (endpoint_id, hour, word) DO UPDATE SET count = connection_refusalcount.count + EXCLUDED.count
"""
PAUSE = 1.0  # seconds between two writes, whatever arrives
PATIENCE = 2.0  # seconds for one write
LONGEST = 500  # characters of a detail


class Note(msgspec.Struct, frozen=True):
    at: datetime
    subscription: str = ""
    word: str = ""
    detail: str = ""
    claims: Sequence[Claim] = ()


class Sightings:
    """One per process. At most one note of each kind and endpoint waits: a later one takes its place.

    Refusals are counted besides, by hour and reason. What cannot be written waits on, and is lost with the process: it
    is news, not evidence.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._waiting: dict[tuple[UUID, Sight], Note] = {}
        self._refused: Counter[tuple[UUID, datetime, str]] = Counter()
        self._counted: Counter[tuple[Counted, str]] = Counter()
        self._failing = False
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def note(self, endpoint_id: UUID, kind: Sight, note: Note) -> None:
        self._waiting[endpoint_id, kind] = note
        self._wake.set()

    def count(self, endpoint_id: UUID, note: Note) -> None:
        """One more refusal of its hour. There are few endpoints and words: what waits stays small."""
        self._refused[endpoint_id, note.at.replace(minute=0, second=0, microsecond=0), note.word] += 1
        self._wake.set()

    def tally(self, name: Counted, label: str, amount: int = 1) -> None:
        """For the metrics. Labels are few: services and codes."""
        if amount:
            self._counted[name, label] += amount
            self._wake.set()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="sightings")

    async def stop(self) -> None:
        """Writes what waits, if it can be written at once."""
        self._stop.set()
        self._wake.set()
        if self._task is not None:
            await self._task

    async def flush(self) -> None:
        """Returns when all that was noted is written, or cannot be for now."""
        async with self._writing:
            await self._flush()

    async def _flush(self) -> None:
        batch, self._waiting = self._waiting, {}
        refused, self._refused = self._refused, Counter()
        counted, self._counted = self._counted, Counter()
        if not batch and not refused and not counted:
            return
        try:
            await self._write(batch, refused, counted)
        except (*AWAY, *BROKEN, asyncpg.PostgresError) as away:
            if not self._failing:
                log.warning("what the endpoints saw cannot be written for now: %s", type(away).__name__)
            self._failing = True
            await self._pool.expire_connections()
            self._waiting = batch | self._waiting
            self._refused += refused
            self._counted += counted
            self._wake.set()
        else:
            self._failing = False

    async def _write(
        self,
        batch: dict[tuple[UUID, Sight], Note],
        refused: Counter[tuple[UUID, datetime, str]],
        counted: Counter[tuple[Counted, str]],
    ) -> None:
        async with self._pool.acquire(timeout=PATIENCE) as session, session.transaction():
            if batch:
                await session.execute(WRITE, *_columns(batch), timeout=PATIENCE)
            if refused:
                columns = [list(column) for column in zip(*refused, strict=True)]
                await session.execute(COUNT, *columns, list(refused.values()), timeout=PATIENCE)
            if counted:
                columns = [list(column) for column in zip(*counted, strict=True)]
                await session.execute(ADD, *columns, list(counted.values()), timeout=PATIENCE)

    async def _run(self) -> None:
        while not self._stop.is_set():
            await self._wake.wait()
            self._wake.clear()
            await self.flush()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), PAUSE)
        await self.flush()


def _columns(batch: dict[tuple[UUID, Sight], Note]) -> list[list[object]]:
    return [
        [endpoint_id for endpoint_id, _ in batch],
        [kind.value for _, kind in batch],
        [note.at for note in batch.values()],
        [storable(note.subscription) for note in batch.values()],
        [storable(note.word)[:LONGEST] for note in batch.values()],
        [storable(note.detail)[:LONGEST] for note in batch.values()],
        [json.dumps([asdict(claim) for claim in note.claims]) for note in batch.values()],
    ]
