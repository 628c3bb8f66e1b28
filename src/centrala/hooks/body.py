"""Reading a request's body without letting its sender fill our memory."""

import asyncio

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from centrala.entra.refusals import Refusal
from centrala.hooks.refusals import Code

# Event Grid's largest event is 1 MB, and a batch may exceed its preferred 1 MB by one.
LARGEST = 1_572_864  # bytes, 1.5 MB
SECONDS = 30.0  # Event Grid itself gives up then
SLOW = "a body that takes too long"


class Room:
    """How many bytes of bodies a process holds at once, from the first one read until its request is answered."""

    def __init__(self, most: int = 64 << 20) -> None:
        self.left = most

    def request(self) -> "Taken":
        return Taken(self)


class Taken:
    """What one request takes of the room; at its end all is given back."""

    __slots__ = ("_room", "_size")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._size = 0

    def __enter__(self) -> "Taken":
        return self

    def __exit__(self, *_: object) -> None:
        self._room.left += self._size

    def add(self, size: int) -> None:
        """Raises Refusal (503) where there is no room for so many bytes more."""
        if size > self._room.left:
            raise Refusal(Code.INBOX_FULL, "too many bodies at once")
        self._room.left -= size
        self._size += size


async def read(receive: Receive, announced: str, taken: Taken) -> bytes:
    """Raises Refusal: 413 as soon as the body is known to be too large, 408 when it takes too long, 503 when there is
    no room for it. `announced` is the Content-Length, where there is one."""
    if announced.isdecimal() and int(announced) > LARGEST:
        raise Refusal(Code.TOO_LARGE)
    # By hand what asyncio.timeout does: it would be a fiftieth of what an event costs.
    reader = asyncio.current_task()
    assert reader is not None
    timer = asyncio.get_running_loop().call_later(SECONDS, reader.cancel, SLOW)
    try:
        return await _whole(receive, taken)
    except asyncio.CancelledError as cancelled:
        if cancelled.args != (SLOW,) or reader.uncancel():
            raise
        raise Refusal(Code.TOO_SLOW) from None
    finally:
        timer.cancel()


async def _whole(receive: Receive, taken: Taken) -> bytes:
    chunks, more = [], True
    left = LARGEST
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk, more = message.get("body", b""), message.get("more_body", False)
        left -= len(chunk)
        if left < 0:
            raise Refusal(Code.TOO_LARGE)
        taken.add(len(chunk))
        chunks.append(chunk)
    return b"".join(chunks) if len(chunks) > 1 else chunks[0]
