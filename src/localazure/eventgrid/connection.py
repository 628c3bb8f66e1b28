"""One kept HTTP/1.1 connection to a webhook: a request, its answer, then the next.

A general client spends ten times as long on a request than the webhook's own work takes; this one does only what Event
Grid does: no redirects, no cookies, no compression, no proxies.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import SplitResult

import httptools

MOST_BYTES = 1024 * 1024  # of an answer, head and body: nobody has more to say to Event Grid
HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class Response:
    """Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Broken(ConnectionError):
    """The connection ended, or what came is no HTTP. `unheard`: not a byte of an answer had come."""

    def __init__(self, *, unheard: bool = False) -> None:
        super().__init__("the connection broke")
        self.unheard = unheard


class Connection(asyncio.Protocol):
    """`usable` says whether another request may follow."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Response] | None = None
        self._begin()
        self.usable = True

    async def ask(self, request: bytes) -> Response:
        """Raises Broken. When it is cancelled the connection is closed."""
        assert self._transport is not None
        if self._transport.is_closing():
            raise Broken(unheard=True)
        self._begin()
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            self._transport.write(request)
            return await self._waiter
        except (asyncio.CancelledError, Broken):  # an answer that comes later must not meet the next request
            self.abort()
            raise
        finally:
            self._waiter = None

    def close(self) -> None:
        self.usable = False
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own classes do not inherit from it

    def data_received(self, data: bytes) -> None:
        if self._waiter is None or self._waiter.done():
            self.abort()  # nobody asked
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._break()
        if self._received > MOST_BYTES:
            self._break()

    def connection_lost(self, exc: Exception | None) -> None:
        """An answer without a length ends with the connection."""
        self.usable = False
        if self._headers_complete and not self._has_length:
            self.on_message_complete()
        self._break()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        self._headers_complete = self._status >= 200
        self._has_length = "content-length" in self._headers or "transfer-encoding" in self._headers

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._status < 200:  # 100 Continue and its like come before the answer
            self._headers.clear()
            return
        self.usable = self.usable and self._parser.should_keep_alive()
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(Response(status=self._status, headers=self._headers, body=bytes(self._body)))

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._headers_complete = self._has_length = False
        self._body = bytearray()
        self._received = self._status = 0

    def _break(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(Broken(unheard=not self._received))


async def connected(url: SplitResult, context: ssl.SSLContext) -> Connection:
    """Raises OSError (also for TLS), or socket.gaierror where the name is unknown."""
    host = url.hostname or ""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Connection, host, url.port or HTTPS, ssl=context, server_hostname=host)
    return connection


def request(method: str, url: SplitResult, headers: Mapping[str, str], content: bytes) -> bytes:
    """The address goes out exactly as it was given: its query may be a signed secret."""
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    host = url.netloc.rpartition("@")[2]
    lines = [f"{method} {target} HTTP/1.1", f"host: {host}", f"content-length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content
