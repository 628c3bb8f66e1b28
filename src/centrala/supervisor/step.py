"""Work that is done once between two stages, such as migrations."""

import threading
from collections.abc import Callable


class Step:
    """A member whose start is the work itself. A signal to stop lets the work end first: nothing is left half done.

    The work runs in a thread of the supervisor. It raises Misconfigured when it cannot be done.
    """

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self.name = name
        self._work = work
        self._stopped = threading.Event()

    def start(self) -> None:
        self._work()

    def wait(self) -> str:
        self._stopped.wait()
        return "is done"

    def stop(self) -> None:
        self._stopped.set()
