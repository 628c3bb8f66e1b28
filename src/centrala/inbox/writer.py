"""Group commit into the inbox: requests that arrive while one flush is on its way to disk share the next one.

Beside Django's connection because this path is the one measured in thousands a second: one prepared statement, one
round trip and one fsync per flush, however many requests wait for it.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import takewhile
from operator import itemgetter
from uuid import UUID

import asyncpg
import msgspec

from centrala.characters import storable
from centrala.inbox.sessions import InboxUnavailable, Session

FLUSH_ROWS = 1_000
HELP_ROWS = 500  # that wait while a flush begins
# Where many come at once, more of them share the next flush; whoever comes alone waits for nobody.
CROWD = 8  # requests
GATHER_SECONDS = 0.004
NONE: frozenset[str] = frozenset()
FLUSH_BYTES = 16 << 20
LOOKS = 10  # for requests that have waited too long, while one's time passes
LONGEST_ID = 512  # characters: an entry of a B-tree index ends at 2,704 bytes


# What a row takes besides its body: its other values and their arrays, rounded up.
ROW_BYTES = 1_000


class InboxFull(InboxUnavailable):
    """More comes than the database takes: nothing was tried."""


class Row(msgspec.Struct, frozen=True):
    """One event for the table inbox_event. `body` is the event's own JSON as it came, times are aware."""

    event_id: str
    type: str
    subject: str
    event_time: datetime | None
    body: bytes
    endpoint: UUID
    misdirected: bool
    subscription: str
    received_at: datetime

    def values(self) -> tuple[object, ...]:
        """As the statement takes them: cleaned of what PostgreSQL cannot keep."""
        return (
            identity(storable(self.event_id)),
            storable(self.type),
            storable(self.subject),
            self.event_time,
            self.body,
            self.endpoint,
            self.misdirected,
            storable(self.subscription),
            self.received_at,
        )


def identity(event_id: str) -> str:
    """As the inbox knows the event: a long id by its beginning and a hash."""
    if len(event_id) <= LONGEST_ID:
        return event_id
    return f"{event_id[: LONGEST_ID // 2]}#{hashlib.sha256(event_id.encode()).hexdigest()}"


class _Request(msgspec.Struct, eq=False):
    rows: list[tuple[object, ...]]  # the event id comes first
    size: int
    done: asyncio.Future[frozenset[str]]
    until: float  # by the event loop's clock

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Writer:
    """One per process. `patience` is how long a request waits, in seconds; `room` and `most` are how many bytes and
    how many rows may wait or be on their way at once.

    Starts without a database and finds it again after every loss. A second session helps while many rows wait.
    """

    def __init__(self, dsn: str, *, patience: float = 10.0, room: int = 64 << 20, most: int = 20_000) -> None:
        self._patience = patience
        self._room = room
        self._most = most
        self._waiting: deque[_Request] = deque()
        self._waiting_rows = 0
        self._under_way: list[list[_Request]] = []
        self._wake = asyncio.Event()
        self._stopping = False
        self._own, self._other = Session(dsn, patience=patience), Session(dsn, patience=patience)
        self._flusher: asyncio.Task[None] | None = None
        self._helper: asyncio.Task[None] | None = None
        self._expirer: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._flusher = asyncio.create_task(self._run(), name="inbox writer")
        self._expirer = asyncio.create_task(self._expire(), name="inbox writer's clock")

    async def stop(self) -> None:
        """Flushes what waits, then lets go of the connections."""
        self._stopping = True
        self._wake.set()
        if self._flusher is not None:
            await self._flusher
        if self._helper is not None:
            await self._helper
        if self._expirer is not None:
            self._expirer.cancel()
        self._own.drop()
        self._other.drop()

    async def write(self, rows: Sequence[Row]) -> frozenset[str]:
        """Returns after the commit that carries the rows: the ids among them that the inbox already had.

        Raises InboxUnavailable when the database is away or the time is over, InboxFull when too much waits.
        A row that PostgreSQL refuses fails this request alone, with PostgreSQL's error.
        """
        if self._stopping or self._flusher is None:
            raise InboxUnavailable("the writer is not running")
        if self._flusher.done():
            self._flusher.result()  # a bug ended it: every request shall say so
        return await self._accept(rows).done

    def _accept(self, rows: Sequence[Row]) -> _Request:
        size = sum(len(row.body) + len(row.subject) + ROW_BYTES for row in rows)
        if size > self._room or len(rows) > self._most:
            raise InboxFull("too much waits for the database")
        loop = asyncio.get_running_loop()
        request = _Request([row.values() for row in rows], size, loop.create_future(), loop.time() + self._patience)
        self._waiting.append(request)
        self._waiting_rows += len(rows)
        self._room -= size
        self._most -= len(rows)
        self._wake.set()
        return request

    def _release(self, requests: Iterable[_Request]) -> None:
        for request in requests:
            self._room += request.size
            self._most += len(request.rows)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            if batch := self._take():
                self._be_helped()
                await self._carry(batch, self._own)
                if len(batch) >= CROWD and self._waiting_rows < HELP_ROWS and not self._stopping:
                    await asyncio.sleep(GATHER_SECONDS)
            elif self._stopping:
                return
            else:
                self._wake.clear()

    def _be_helped(self) -> None:
        if self._helper is not None and self._helper.done():
            self._helper.result()  # a bug in it shall be heard of
            self._helper = None
        if self._helper is None and self._waiting_rows >= HELP_ROWS and (batch := self._take()):
            self._helper = asyncio.create_task(self._carry(batch, self._other), name="inbox writer's help")

    async def _carry(self, batch: list[_Request], session: Session) -> None:
        self._under_way.append(batch)
        try:
            await _flush(batch, session)
        finally:
            self._under_way.remove(batch)
            self._release(batch)  # only now: until then its rows are in memory

    async def _expire(self) -> None:
        """A clock for all: a timeout of its own would be a tenth of what a request costs. In the order in which they
        came, so the first one that may go on waiting ends the look."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._patience / LOOKS)
            for requests in (*self._under_way, self._waiting):
                for request in takewhile(lambda one: one.until <= loop.time(), requests):
                    request.fail(InboxUnavailable(f"no commit within {self._patience:g} s"))

    def _take(self) -> list[_Request]:
        batch: list[_Request] = []
        rows = size = 0
        while self._waiting and (not batch or (rows < FLUSH_ROWS and size < FLUSH_BYTES)):
            request = self._waiting.popleft()
            self._waiting_rows -= len(request.rows)
            if request.done.done():  # nobody waits for it any more
                self._release([request])
                continue
            batch.append(request)
            rows += len(request.rows)
            size += request.size
        return batch


async def _flush(batch: list[_Request], session: Session) -> None:
    waited_for = [request for request in batch if not request.done.done()]
    # In the order of the ids: sessions that bring the same events then wait for each other, and never in a circle.
    rows = sorted((row for request in waited_for for row in request.rows), key=itemgetter(0))
    try:
        fresh = await session.insert(rows) if rows else set()
    except InboxUnavailable as away:
        for request in batch:
            request.fail(InboxUnavailable(str(away)))
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as refusal:
        session.drop()
        if len(batch) == 1:
            batch[0].fail(refusal)
            return
        for request in batch:
            await _flush([request], session)
    else:
        _settle(waited_for, fresh)


def _settle(batch: list[_Request], fresh: set[str]) -> None:
    all_fresh = len(fresh) == sum(len(request.rows) for request in batch)
    for request in batch:
        duplicates = NONE if all_fresh else _duplicates(request, fresh)
        if not request.done.done():
            request.done.set_result(duplicates)


def _duplicates(request: _Request, fresh: set[str]) -> frozenset[str]:
    """Takes the request's ids out of `fresh`: of two requests with one id in a flush, the second is the duplicate."""
    ids = [str(row[0]) for row in request.rows]
    duplicates = frozenset(event_id for event_id in ids if event_id not in fresh)
    fresh.difference_update(ids)
    return duplicates
