"""One beat every 20 ms for all rooms."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from math import ceil
from typing import Protocol

from centrala_sound.frames import SECONDS

log = logging.getLogger(__name__)

MOST_BEHIND = 250  # beats; a machine that slept for longer does not live through all of it again
TOO_LATE = 1.0  # seconds; whatever is later counts as this late


class Ticking(Protocol):
    def tick(self) -> None: ...


class Lateness:
    """Of the beats so far, in whole milliseconds, rounded up."""

    def __init__(self) -> None:
        self.beats = 0
        self.left_out = 0
        self._by_millisecond: Counter[int] = Counter()

    def add(self, seconds: float) -> None:
        self.beats += 1
        self._by_millisecond[ceil(min(max(seconds, 0), TOO_LATE) * 1000)] += 1

    def milliseconds(self, share: float) -> int:
        """That share of the beats was at most so late: 1 for the latest, 0.99 for all but the latest hundredth."""
        wanted = share * self.beats
        for milliseconds, many in sorted(self._by_millisecond.items()):
            wanted -= many
            if wanted <= 0:
                return milliseconds
        return 0


class Metronome:
    """Its task lives as long as there is a room. The n-th beat is due n * 20 ms after the first, however late the ones
    before it were; beats that were missed follow each other at once, with the sockets read in between."""

    def __init__(self, spawn: Callable[[Coroutine[object, object, None]], object] = asyncio.create_task) -> None:
        self.lateness = Lateness()
        self._spawn = spawn
        self._rooms: dict[Ticking, None] = {}
        self._running = False

    def add(self, room: Ticking) -> None:
        self._rooms[room] = None
        if not self._running:
            self._running = True
            self._spawn(self._run())

    def remove(self, room: Ticking) -> None:
        self._rooms.pop(room, None)

    async def _run(self) -> None:
        try:
            await self._beat()
        finally:
            self._running = False

    async def _beat(self) -> None:
        now = asyncio.get_running_loop().time
        due = now() + SECONDS
        while self._rooms:
            await asyncio.sleep(max(due - now(), 0))
            behind = now() - due
            self.lateness.add(behind)
            self._tick()
            missed = max(int(behind / SECONDS) - MOST_BEHIND, 0)
            self.lateness.left_out += missed
            due += (1 + missed) * SECONDS

    def _tick(self) -> None:
        for room in tuple(self._rooms):
            try:
                room.tick()
            except Exception:  # one call's fault must not silence the others
                log.exception("a room broke and is silent from now on")
                self.remove(room)
