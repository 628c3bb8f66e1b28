"""An event loop whose time passes only by its own waiting, and at once."""

import asyncio
import selectors


class MovedTime(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.moved = 0.0
        super().__init__(_Impatient(self))

    def time(self) -> float:
        return self.moved


class _Impatient(selectors.DefaultSelector):  # type: ignore[misc,valid-type]  # which class it is depends on the system
    def __init__(self, loop: MovedTime) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None):
        self._loop.moved += timeout or 0
        return super().select(0)
