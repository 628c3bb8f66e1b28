"""Which webhook endpoint a path means, read beside Django: the event path has no thread and no ORM."""

import asyncio
import contextlib
import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from centrala.connection.models import EntryKey, Service
from centrala.entra.keys import Clock
from centrala.entra.refusals import Refusal
from centrala.hooks.refusals import Code
from centrala.hooks.tokens import Trust
from centrala.inbox.sessions import AWAY, RESTART_SECONDS

QUERY = """
SELECT endpoint.id, endpoint.service, endpoint.retires_at, connection.disconnected_at, connection.require_role,
       connection.former_applications,
       tenant.value AS tenant_id, application.value AS client_id
FROM connection_endpoint endpoint
JOIN connection_connection connection ON connection.id = endpoint.connection_id
JOIN connection_entry tenant ON tenant.connection_id = connection.id AND tenant.key = $2
JOIN connection_entry application ON application.connection_id = connection.id AND application.key = $3
WHERE endpoint.secret = $1
"""
# So long may a disconnected or changed endpoint still answer as it was.
LIFE = timedelta(seconds=2)
KEPT = 256
# What asyncpg raises on a session that the server has ended and that it does not know to be closed.
BROKEN = (asyncpg.InterfaceError, asyncpg.InternalClientError)


@dataclass(frozen=True)
class Endpoint:
    id: UUID
    service: Service
    retires_at: datetime | None
    connected: bool
    trust: Trust

    @property
    def slug(self) -> str:
        return self.service.replace("_", "-")


class Endpoints:
    """Reads an endpoint by its secret. Only found ones are kept, so a new one answers at once.

    Requests that ask at once share the answer: a thousand of them must not queue for the pool's few connections.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._kept: OrderedDict[str, tuple[datetime, Endpoint]] = OrderedDict()
        self._asked: dict[str, asyncio.Task[Endpoint | None]] = {}

    async def find(self, secret: str) -> Endpoint | None:
        """Raises Refusal (503) when the database is away."""
        kept = self._kept.get(secret)
        if kept is not None and abs(self._clock() - kept[0]) < LIFE:
            return kept[1]
        if secret not in self._asked:
            self._asked[secret] = asyncio.create_task(self._ask(secret), name="endpoint")
            self._asked[secret].add_done_callback(lambda asked: self._answered(secret, asked))
        # Shielded: a request that goes away must not take the others' answer with it.
        return await asyncio.shield(self._asked[secret])

    async def _ask(self, secret: str) -> Endpoint | None:
        record = await self._query(secret)
        if record is None:
            return None
        endpoint = _endpoint(record)
        self._keep(secret, endpoint)
        return endpoint

    def _answered(self, secret: str, asked: "asyncio.Task[Endpoint | None]") -> None:
        del self._asked[secret]
        if not asked.cancelled():
            asked.exception()  # seen, even where nobody is left to hear it

    async def _query(self, secret: str) -> asyncpg.Record | None:
        try:
            async with asyncio.timeout(RESTART_SECONDS):
                while True:
                    with contextlib.suppress(*AWAY, *BROKEN):
                        return await self._once(secret)
                    await self._pool.expire_connections()
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise Refusal(Code.INBOX_UNAVAILABLE, "the database does not answer") from None

    async def _once(self, secret: str) -> asyncpg.Record | None:
        return await self._pool.fetchrow(QUERY, secret, EntryKey.TENANT_ID, EntryKey.APP_ID)

    def _keep(self, secret: str, endpoint: Endpoint) -> None:
        self._kept[secret] = (self._clock(), endpoint)
        self._kept.move_to_end(secret)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def _endpoint(record: asyncpg.Record) -> Endpoint:
    former = json.loads(record["former_applications"])
    return Endpoint(
        id=record["id"],
        service=Service(record["service"]),
        retires_at=record["retires_at"],
        connected=record["disconnected_at"] is None,
        trust=Trust(
            tenant_id=record["tenant_id"].lower(),
            client_id=record["client_id"].lower(),
            require_role=record["require_role"],
            former=tuple((one.lower(), datetime.fromisoformat(until)) for one, until in former.items()),
        ),
    )
