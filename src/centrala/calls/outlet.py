"""What is on its way into a socket. Of sound little waits: where the other end does not keep up, the oldest goes."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

MOST_WAITING = 10  # frames, 200 ms: whoever hears later than that talks past the other


class Outlet:
    """`send` is awaited for one packet after the other. Words (texts) overtake sound, and none of them is dropped."""

    def __init__(self, send: Callable[[bytes | str], Awaitable[None]]) -> None:
        self._send = send
        self._words: deque[str] = deque()
        self._sound: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._ended = False
        self.dropped = 0  # frames

    def put(self, frame: bytes) -> None:
        if len(self._sound) >= MOST_WAITING:
            self._sound.popleft()
            self.dropped += 1
        self._sound.append(frame)
        self._wake.set()

    def say(self, words: str) -> None:
        self._words.append(words)
        self._wake.set()

    def clear(self) -> None:
        """The sound that has not left yet shall not be heard any more."""
        self._sound.clear()

    def end(self) -> None:
        """After the words that wait nothing more leaves."""
        self._ended = True
        self._wake.set()

    async def run(self) -> None:
        """Until `end`, or until the socket breaks and `send` raises what it raises."""
        while self._words or not self._ended:
            await self._wake.wait()
            self._wake.clear()
            while self._words or (self._sound and not self._ended):
                await self._send(self._words.popleft() if self._words else self._sound.popleft())
