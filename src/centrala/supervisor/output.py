"""What the children print, line by line behind their names, on this process's stderr."""

import contextlib
import sys
import threading
from typing import IO

WIDTH = 8  # of the column of names: postgres


def say(name: str, line: str) -> None:
    with contextlib.suppress(BrokenPipeError):  # whoever read our stderr is gone: no reason to stop the work
        sys.stderr.write(f"{name:<{WIDTH}} | {line}\n")
        sys.stderr.flush()


class Relay:
    """Passes a child's output on until the child closes it, and remembers its last line."""

    def __init__(self, name: str, source: IO[bytes]) -> None:
        self.last = ""
        self._name = name
        self._source = source
        self._thread = threading.Thread(target=self._run, name=f"output of {name}", daemon=True)
        self._thread.start()

    def finish(self, patience: float = 1.0) -> None:
        """Waits for the rest of the output; a grandchild may hold the pipe open for longer than that."""
        self._thread.join(patience)

    def _run(self) -> None:
        with self._source:
            for raw in self._source:
                line = raw.decode("utf-8", "replace").rstrip()
                self.last = line or self.last
                say(self._name, line)
