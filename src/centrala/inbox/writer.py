"""Group commit into the inbox: requests that arrive while one flush is on its way to disk share the next one.

Beside Django's connection because this path is the one measured in thousands a second: one connection, one prepared
statement, one round trip and one fsync per flush, however many requests wait for it.
"""

import asyncio
import contextlib
import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from asyncpg.prepared_stmt import PreparedStatement

from centrala.characters import storable

INSERT = """
WITH fresh AS (
    INSERT INTO inbox_event (
        event_id, type, subject, event_time, body, endpoint, misdirected, subscription, received_at, state, error
    )
    SELECT *, 'received', '' FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bytea[],
        $6::uuid[], $7::boolean[], $8::text[], $9::timestamptz[]
    )
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id
),
told AS (SELECT pg_notify('inbox', '') FROM fresh LIMIT 1)
SELECT event_id FROM fresh CROSS JOIN told
"""

# What says that the database is not there or not ready, as opposed to: it read the statement and refused it.
# A deadlock is among them: two nodes that insert the same batches may meet one, and a second try settles it. So is the
# client's own confusion when PostgreSQL has said goodbye and the connection is not closed yet.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalClientError,
)
NAME = "centrala inbox"  # as pg_stat_activity shows it
FLUSH_ROWS = 5_000
FLUSH_BYTES = 16 << 20
# A restart of PostgreSQL takes a fraction of this; a call that rings is lost when Event Grid is sent away for 30 s.
RESTART_SECONDS = 3.0
LOOKS = 10  # for requests that have waited too long, while one's time passes
LONGEST_ID = 512  # characters: an entry of a B-tree index ends at 2,704 bytes


# What a row takes besides its body: its other values and their arrays, rounded up.
ROW_BYTES = 1_000


class InboxUnavailable(Exception):
    """The rows are not known to be committed: the sender has to come again."""


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

    Starts without a database and finds it again after every loss.
    """

    def __init__(self, dsn: str, *, patience: float = 10.0, room: int = 64 << 20, most: int = 20_000) -> None:
        self._dsn = dsn
        self._patience = patience
        self._room = room
        self._most = most
        self._waiting: deque[_Request] = deque()
        self._under_way: list[_Request] = []
        self._wake = asyncio.Event()
        self._stopping = False
        self._flusher: asyncio.Task[None] | None = None
        self._expirer: asyncio.Task[None] | None = None
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._statement: PreparedStatement[asyncpg.Record] | None = None

    async def start(self) -> None:
        self._flusher = asyncio.create_task(self._run(), name="inbox writer")
        self._expirer = asyncio.create_task(self._expire(), name="inbox writer's clock")

    async def stop(self) -> None:
        """Flushes what waits, then lets go of the connection."""
        self._stopping = True
        self._wake.set()
        if self._flusher is not None:
            await self._flusher
        if self._expirer is not None:
            self._expirer.cancel()
        self._drop()

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
        done: asyncio.Future[frozenset[str]] = loop.create_future()
        request = _Request([row.values() for row in rows], size, done, loop.time() + self._patience)
        self._waiting.append(request)
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
                self._under_way = batch
                await self._flush(batch)
                self._release(batch)  # only now: until then its rows are in memory
            elif self._stopping:
                return
            else:
                self._wake.clear()

    async def _expire(self) -> None:
        """A clock for all: a timeout of its own would be a tenth of what a request costs. In the order in which they
        came, so the first one that may go on waiting ends the look."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._patience / LOOKS)
            for request in (*self._under_way, *self._waiting):
                if request.until > loop.time():
                    break
                request.fail(InboxUnavailable(f"no commit within {self._patience:g} s"))

    def _take(self) -> list[_Request]:
        batch: list[_Request] = []
        rows = size = 0
        while self._waiting and (not batch or (rows < FLUSH_ROWS and size < FLUSH_BYTES)):
            request = self._waiting.popleft()
            if request.done.done():  # nobody waits for it any more
                self._release([request])
                continue
            batch.append(request)
            rows += len(request.rows)
            size += request.size
        return batch

    async def _flush(self, batch: list[_Request]) -> None:
        try:
            fresh = await self._insert(batch)
        except InboxUnavailable as away:
            for request in batch:
                request.fail(InboxUnavailable(str(away)))
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as refusal:
            self._drop()
            if len(batch) == 1:
                batch[0].fail(refusal)
                return
            for request in batch:
                await self._flush([request])
        else:
            for request in batch:
                _settle(request, fresh)

    async def _insert(self, batch: list[_Request]) -> set[str]:
        retried = False
        while True:
            try:
                return await self._execute([request for request in batch if not request.done.done()])
            except (*AWAY, asyncpg.InterfaceError) as broken:
                if not isinstance(broken, AWAY) and not self._lost:
                    raise
                self._drop()
                if retried:
                    raise InboxUnavailable(f"the database went away: {type(broken).__name__}") from broken
            # Whether the broken flush was committed nobody knows; the event ids make a second one harmless.
            retried = True

    async def _execute(self, batch: list[_Request]) -> set[str]:
        columns = list(zip(*(row for request in batch for row in request.rows), strict=True))
        if not columns:
            return set()
        statement = self._statement if self._statement is not None and not self._lost else await self._connect()
        return {record["event_id"] for record in await statement.fetch(*columns, timeout=self._patience)}

    async def _connect(self) -> "PreparedStatement[asyncpg.Record]":
        try:
            async with asyncio.timeout(RESTART_SECONDS):
                connection = await self._reach()
        except TimeoutError:
            raise InboxUnavailable("the database does not answer") from None
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as refusal:
            raise InboxUnavailable(f"the database refuses the connection: {type(refusal).__name__}") from refusal
        self._connection = connection
        self._statement = await connection.prepare(INSERT)
        return self._statement

    async def _reach(self) -> "asyncpg.Connection[asyncpg.Record]":
        while True:
            with contextlib.suppress(*AWAY):
                return await asyncpg.connect(self._dsn, server_settings={"application_name": NAME})
            await asyncio.sleep(0.1)

    @property
    def _lost(self) -> bool:
        return self._connection is None or self._connection.is_closed()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
        self._connection = self._statement = None


def _settle(request: _Request, fresh: set[str]) -> None:
    """Takes the request's ids out of `fresh`: of two requests with one id in a flush, the second is the duplicate."""
    ids = [str(row[0]) for row in request.rows]
    duplicates = frozenset(event_id for event_id in ids if event_id not in fresh)
    fresh.difference_update(ids)
    if not request.done.done():
        request.done.set_result(duplicates)
