"""A web socket that this cloud dials, written to without waiting: a beat of the metronome cannot wait for anybody.

The protocol is `websockets`' own, without its asyncio half, whose queue and task for each message cost more than the
message.
"""

import asyncio
import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from typing import Final, cast

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidURI
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

try:
    from websockets.speedups import apply_mask
except ImportError:  # where it was built without a compiler
    from websockets.utils import apply_mask

DIAL_SECONDS: Final = 10
MOST_UNSENT: Final = 64 * 1024  # bytes; more than a second of sound that the other side did not take
LARGEST_MESSAGE: Final = 1024 * 1024
HANGING: Final = 500  # messages in a row that were not taken: ten seconds
MASKS: Final = 1024  # of one look at the system's randomness, which costs more than to encrypt a frame


class NoLine(Exception):
    """Nobody took it. `status` is the HTTP status of a refusal, None where there was no answer."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


class Line(asyncio.Protocol):
    def __init__(self, protocol: ClientProtocol, headers: Mapping[str, str], received: Callable[[bytes], None]) -> None:
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = asyncio.Event()
        self.dropped = 0
        self._protocol = protocol
        self._headers = headers
        self._received = received
        self._parts: list[bytes] = []
        self._untaken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own are no subclass of it
        request = self._protocol.connect()
        for name, value in self._headers.items():
            request.headers[name] = value
        self._protocol.send_request(request)
        self._flush()

    def send(self, text: bytes) -> None:
        """Dropped where the other side takes nothing; after ten seconds of that the line is cut."""
        if self._protocol.state is not State.OPEN:
            return
        if self._transport.get_write_buffer_size() > MOST_UNSENT:
            self.dropped += 1
            self._untaken += 1
            if self._untaken >= HANGING:
                self._transport.abort()
            return
        self._untaken = 0
        self._transport.write(text_frame(text))

    def close(self) -> None:
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(1000)
            self._flush()
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        self._take()

    def eof_received(self) -> None:
        self._protocol.receive_eof()
        self._take()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.answered.done():
            self.answered.set_exception(NoLine(None))
        self.closed.set()

    def _take(self) -> None:
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                self._answer(event)
            elif isinstance(event, Frame) and event.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
                self._gather(event)
        if self._protocol.handshake_exc and not self.answered.done():
            self.answered.set_exception(NoLine(None))
        self._flush()

    def _gather(self, frame: Frame) -> None:
        self._parts.append(bytes(frame.data))
        if frame.fin:
            message, self._parts = b"".join(self._parts), []
            self._received(message)

    def _answer(self, response: Response) -> None:
        if self.answered.done():
            return
        if self._protocol.state is State.OPEN:
            self.answered.set_result(None)
        else:
            self.answered.set_exception(NoLine(response.status_code))

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof():
                self._transport.write_eof()
        if self._protocol.close_expected() and self._protocol.state is State.CLOSED:
            self._transport.close()


def _masks() -> Iterator[bytes]:
    while True:
        drawn = os.urandom(4 * MASKS)
        yield from (drawn[at : at + 4] for at in range(0, len(drawn), 4))


_next_mask = _masks().__next__


def text_frame(text: bytes) -> bytes:
    """One whole message, masked as whoever dials must: https://datatracker.ietf.org/doc/html/rfc6455#section-5.2"""
    length, mask = len(text), _next_mask()
    if length < 126:
        size = bytes([0x80 | length])
    elif length < 1 << 16:
        size = b"\xfe" + length.to_bytes(2)
    else:
        size = b"\xff" + length.to_bytes(8)
    return b"\x81" + size + mask + apply_mask(text, mask)


async def dial(
    url: str, headers: Mapping[str, str], context: ssl.SSLContext, received: Callable[[bytes], None]
) -> Line:
    """Raises NoLine within ten seconds."""
    try:
        uri = parse_uri(url)
        async with asyncio.timeout(DIAL_SECONDS):
            line = Line(ClientProtocol(uri, max_size=LARGEST_MESSAGE), headers, received)
            await asyncio.get_running_loop().create_connection(
                lambda: line, uri.host, uri.port, ssl=context if uri.secure else None
            )
            await _answer(line)
    except (OSError, TimeoutError, InvalidURI, InvalidHandshake, UnicodeError, ValueError):
        raise NoLine(None) from None
    return line


async def _answer(line: Line) -> None:
    try:
        await line.answered
    except BaseException:
        line.close()
        raise
