"""Who wants to hear that a telephone's inbox changed."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Watchers:
    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[bool]]] = {}
        self._closed = False

    @contextmanager
    def watch(self, number: str) -> Iterator[asyncio.Queue[bool]]:
        """A queue that gets True at each change (several changes may melt into one) and False at the end."""
        queue: asyncio.Queue[bool] = asyncio.Queue()
        if self._closed:
            queue.put_nowait(False)
        self._queues.setdefault(number, set()).add(queue)
        try:
            yield queue
        finally:
            self._queues[number].discard(queue)

    def changed(self, number: str) -> None:
        for queue in self._queues.get(number, ()):
            if queue.empty():
                queue.put_nowait(True)

    def all_changed(self) -> None:
        for number in list(self._queues):
            self.changed(number)

    def close(self) -> None:
        self._closed = True
        for queue in (queue for queues in self._queues.values() for queue in queues):
            queue.put_nowait(False)
