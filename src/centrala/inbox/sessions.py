"""A session of the writer with PostgreSQL: one connection, one prepared statement, found again after every loss."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

INSERT = """
WITH fresh AS (
    INSERT INTO inbox_event (
        event_id, type, subject, event_time, body, endpoint, misdirected, subscription, received_at, state, error
    )
    SELECT *, 'received', '' FROM unnest(
        $1::text::text[], $2::text::text[], $3::text::text[], $4::timestamptz[], $5::bytea[],
        $6::uuid[], $7::boolean[], $8::text::text[], $9::timestamptz[]
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
TEXTS = {0, 1, 2, 7}  # which columns are, as INSERT counts them less one
NAME = "centrala inbox"  # as pg_stat_activity shows it
# A restart of PostgreSQL takes a fraction of this; a call that rings is lost when Event Grid is sent away for 30 s.
RESTART_SECONDS = 3.0


class InboxUnavailable(Exception):
    """The rows are not known to be committed: the sender has to come again."""


class Session:
    """Not for two statements at once."""

    def __init__(self, dsn: str, *, patience: float) -> None:
        self._dsn = dsn
        self._patience = patience
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._statement: PreparedStatement[asyncpg.Record] | None = None

    async def insert(self, rows: Sequence[tuple[object, ...]]) -> set[str]:
        """Commits the rows, and returns which ids were new. Raises InboxUnavailable, or PostgreSQL's error where it
        read the statement and refused it."""
        retried = False
        while True:
            try:
                return await self._execute(rows)
            except (*AWAY, asyncpg.InterfaceError) as broken:
                if not isinstance(broken, AWAY) and not self._lost:
                    raise
                self.drop()
                if retried:
                    raise InboxUnavailable(f"the database went away: {type(broken).__name__}") from broken
            # Whether the broken flush was committed nobody knows; the event ids make a second one harmless.
            retried = True

    async def _execute(self, rows: Sequence[tuple[object, ...]]) -> set[str]:
        statement = self._statement if self._statement is not None and not self._lost else await self._connect()
        return {record["event_id"] for record in await statement.fetch(*columns(rows), timeout=self._patience)}

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

    def drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
        self._connection = self._statement = None


def columns(rows: Sequence[tuple[object, ...]]) -> list[object]:
    """As INSERT takes them: those of texts each as one text, in PostgreSQL's own notation of arrays. asyncpg asks of
    each element of a list whether it is a list again, which costs more than all the rest."""
    return [_notation(column) if n in TEXTS else column for n, column in enumerate(zip(*rows, strict=True))]


def _notation(texts: Sequence[Any]) -> str:
    joined = '","'.join(texts)
    if "\\" in joined or joined.count('"') != 2 * (len(texts) - 1):
        joined = '","'.join([text.replace("\\", r"\\").replace('"', r"\"") for text in texts])
    return f'{{"{joined}"}}'
