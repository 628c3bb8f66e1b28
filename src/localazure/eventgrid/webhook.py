"""One request to a webhook, as Event Grid makes it."""

import asyncio
import socket
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from localazure.clock import Clock
from localazure.eventgrid.connection import Broken, Connection, Response, connected, request

ANSWER_SECONDS = 30
IDLE_SECONDS = 2  # well below the 5 of common servers: one must not hang up just as the next event leaves


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`status` is None where no HTTP answer came; `failure` is then Event Grid's word for why."""

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    failure: str = ""


class Webhooks:
    """Trusts the bundle. Connections are many: one endpoint that hangs must not hold up another's."""

    def __init__(self, ca_bundle: Path, clock: Clock) -> None:
        self._ca_bundle = ca_bundle
        self._limits = _Limits(clock)
        self._idle: dict[str, list[tuple[float, Connection]]] = defaultdict(list)  # with the loop's time since when
        self._sweeping: asyncio.TimerHandle | None = None

    @cached_property
    def context(self) -> ssl.SSLContext:
        """What is trusted. Not before the first request: to read the bundle takes as long as many a module."""
        return ssl.create_default_context(cafile=str(self._ca_bundle))

    async def send(self, method: str, url: str, headers: Mapping[str, str], content: bytes = b"") -> Answer:
        """Waits at most 30 seconds of the local cloud's clock."""
        try:
            async with self._limits.thirty_seconds():
                response = await self._answered(method, urlsplit(url), headers, content)
        except TimeoutError:
            return Answer(status=None, failure="TimedOut")
        except (socket.gaierror, UnicodeError):  # the latter for names that no server could have
            return Answer(status=None, failure="ResolutionError")
        except OSError:  # refused, broken, or a certificate that is not trusted
            return Answer(status=None, failure="SocketError")
        return Answer(status=response.status, headers=response.headers, body=response.body)

    async def close(self) -> None:
        self._limits.close()
        if self._sweeping:
            self._sweeping.cancel()
        for _, connection in [kept for idle in self._idle.values() for kept in idle]:
            connection.close()
        self._idle.clear()

    async def _answered(self, method: str, url: SplitResult, headers: Mapping[str, str], content: bytes) -> Response:
        """A kept connection may have been closed meanwhile; where nothing was heard on it, a fresh one is tried."""
        asked = request(method, url, headers, content)
        while connection := self._kept(url.netloc):
            try:
                return await self._exchanged(connection, url.netloc, asked)
            except Broken as error:
                if not error.unheard:
                    raise
        return await self._exchanged(await connected(url, self.context), url.netloc, asked)

    async def _exchanged(self, connection: Connection, place: str, asked: bytes) -> Response:
        response = await connection.ask(asked)
        if connection.usable:
            self._idle[place].append((asyncio.get_running_loop().time(), connection))
            self._sweep_later()
        else:
            connection.close()
        return response

    def _kept(self, place: str) -> Connection | None:
        """The one used last, so that the others may grow old."""
        oldest = asyncio.get_running_loop().time() - IDLE_SECONDS
        while idle := self._idle[place]:
            since, connection = idle.pop()
            if connection.usable and since > oldest:
                return connection
            connection.close()
        return None

    def _sweep_later(self) -> None:
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._sweep)

    def _sweep(self) -> None:
        self._sweeping = None
        oldest = asyncio.get_running_loop().time() - IDLE_SECONDS
        for place, idle in list(self._idle.items()):
            for _, connection in [kept for kept in idle if kept[0] <= oldest]:
                connection.close()
            self._idle[place] = [kept for kept in idle if kept[0] > oldest]
        if any(self._idle.values()):
            self._sweep_later()


class _Limits:
    """One task watches the deadlines of all requests: they end in the order they began, all after 30 seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._deadlines: dict[asyncio.Timeout, datetime] = {}
        self._watch: asyncio.Task[None] | None = None
        self._watched: datetime | None = None

    @asynccontextmanager
    async def thirty_seconds(self) -> AsyncIterator[None]:
        """Raises TimeoutError."""
        async with asyncio.timeout(None) as limit:
            self._deadlines[limit] = deadline = self._clock.after(ANSWER_SECONDS)
            if self._watched is None or deadline < self._watched:  # the latter where a reset turned the clock back
                self.close()
                self._watch = asyncio.create_task(self._end_the_late())
            try:
                yield
            finally:
                self._deadlines.pop(limit, None)

    def close(self) -> None:
        if self._watch:
            self._watch.cancel()

    async def _end_the_late(self) -> None:
        while self._deadlines:
            self._watched = min(self._deadlines.values())
            await self._clock.sleep_until(self._watched)
            now = self._clock.now()
            for limit in [each for each, deadline in self._deadlines.items() if deadline <= now]:
                del self._deadlines[limit]
                limit.reschedule(asyncio.get_running_loop().time())
        self._watched = None
