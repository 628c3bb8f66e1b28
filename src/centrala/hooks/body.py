"""Reading a request's body without letting its sender fill our memory."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from starlette.requests import ClientDisconnect, Request

from centrala.entra.refusals import Refusal
from centrala.hooks.refusals import Code

# Event Grid's largest event is 1 MB, and a batch may exceed its preferred 1 MB by one.
LARGEST = 1_572_864  # bytes, 1.5 MB
SECONDS = 30.0  # Event Grid itself gives up then


Take = Callable[[int], None]


class Room:
    """How many bytes of bodies a process holds at once, from the first one read until its request is answered."""

    def __init__(self, most: int = 64 << 20) -> None:
        self._left = most

    @contextlib.contextmanager
    def request(self) -> Iterator[Take]:
        """Yields what takes room for so many bytes more, or raises Refusal (503). At the end all is given back."""
        taken = 0

        def take(size: int) -> None:
            nonlocal taken
            if size > self._left:
                raise Refusal(Code.INBOX_FULL, "too many bodies at once")
            self._left -= size
            taken += size

        try:
            yield take
        finally:
            self._left += taken


async def read(request: Request, take: Take) -> bytes:
    """Raises Refusal: 413 as soon as the body is known to be too large, 408 when it takes too long, 503 when there is
    no room for it."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > LARGEST:
        raise Refusal(Code.TOO_LARGE)
    chunks, more = [], True
    left = LARGEST
    try:
        async with asyncio.timeout(SECONDS):
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                chunk, more = message.get("body", b""), message.get("more_body", False)
                left -= len(chunk)
                if left < 0:
                    raise Refusal(Code.TOO_LARGE)
                take(len(chunk))
                chunks.append(chunk)
    except TimeoutError:
        raise Refusal(Code.TOO_SLOW) from None
    return b"".join(chunks) if len(chunks) > 1 else chunks[0]
