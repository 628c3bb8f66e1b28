"""From PostgreSQL's notices to every open desk of this process.

One listening connection a process. Each notice gets an id; the last ones are kept, so that a browser that was away
for a moment gets what it missed, and one that was away for longer is told to fetch everything again.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from centrala.conversations.live import CHANNEL, HERE
from centrala.listening import listen

NAME = "centrala desk"  # as pg_stat_activity shows it
KEPT = 1_000  # notices
MOST_WAITING = 200  # notices per browser; one that is slower than that starts again
MOST_OF_THE_MOMENT = 50  # notices that wait, past which no more of this kind join them
COMPANY = f'{{"{HERE}"'  # how such a notice begins


@dataclass(frozen=True)
class Notice:
    id: str  # empty: of the moment alone, and not told again
    event: str  # hello | changed | resync | here
    data: str  # JSON

    def encode(self) -> bytes:
        if not self.id:
            return f"event: {self.event}\ndata: {self.data}\n\n".encode()
        return f"id: {self.id}\nevent: {self.event}\ndata: {self.data}\n\n".encode()


class Broadcast:
    """Start it in the running loop, stop it to end all streams at once."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._boot = secrets.token_hex(4)
        self._count = 0
        self._kept: deque[Notice] = deque(maxlen=KEPT)
        self._queues: set[asyncio.Queue[Notice | None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def start(self) -> None:
        listening = listen(self._dsn, {CHANNEL: self._notified}, name=NAME, found=self._found)
        self._task = asyncio.create_task(listening, name="desk broadcast")

    async def stop(self) -> None:
        self.end_streams()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def end_streams(self) -> None:
        """Ends every open stream: a server that stops waits for its connections to close by themselves."""
        self._closed = True
        for queue in self._queues:
            _put(queue, None)

    async def notices(self, last_id: str, *, pulse: float) -> AsyncIterator[Notice | None]:
        """What a browser missed since `last_id`, then what comes; None every `pulse` seconds of silence."""
        queue: asyncio.Queue[Notice | None] = asyncio.Queue(MOST_WAITING)
        self._queues.add(queue)
        try:
            for notice in self._since(last_id):
                yield notice
            while not self._closed:
                try:
                    notice_or_end = await asyncio.wait_for(queue.get(), pulse)
                except TimeoutError:
                    yield None
                    continue
                if notice_or_end is None:
                    return
                yield notice_or_end
        finally:
            self._queues.discard(queue)

    def _since(self, last_id: str) -> list[Notice]:
        ids = [notice.id for notice in self._kept]
        if last_id in ids:
            return list(self._kept)[ids.index(last_id) + 1 :]
        newest = f"{self._boot}-{self._count}"
        return [Notice(newest, "resync" if last_id and last_id != newest else "hello", "{}")]

    def _publish(self, event: str, data: str) -> None:
        self._count += 1
        notice = Notice(f"{self._boot}-{self._count}", event, data)
        self._kept.append(notice)
        self._hand_out(notice)

    def _hand_out(self, notice: Notice) -> None:
        for queue in self._queues:
            _put(queue, notice)

    def _found(self) -> None:
        self._publish("resync", "{}")

    def _notified(self, told: str) -> None:
        if told.startswith(COMPANY):
            self._hand_out(Notice("", HERE, told))
        else:
            self._publish("changed", told)


def _put(queue: asyncio.Queue[Notice | None], notice: Notice | None) -> None:
    """A browser that does not keep up is cut off: it connects again with its last id. What is of the moment alone is
    dropped long before that: however often a page says that it is there, it costs nobody a stream."""
    if notice is not None and not notice.id and queue.qsize() >= MOST_OF_THE_MOMENT:
        return
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        notice = None
    queue.put_nowait(notice)
