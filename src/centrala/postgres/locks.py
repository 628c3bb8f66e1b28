"""Locks between processes. The kernel frees them when their holder dies, however it dies."""

import fcntl
import os
import time
from pathlib import Path

from centrala.postgres.errors import explained

PAUSE = 0.02  # seconds between two attempts: flock has no time limit of its own


class FileLock:
    """An flock on a file; the file stays, only the lock on it counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def acquire(self, *, shared: bool = False, wait: float = 0) -> bool:
        """Tries for `wait` seconds. An exclusive holder leaves its pid in the file."""
        with explained("Locking the database"):
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        until = time.monotonic() + wait
        while not _locked(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
            if time.monotonic() >= until:
                os.close(descriptor)
                return False
            time.sleep(PAUSE)
        self._descriptor = descriptor
        if not shared:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
        return True

    def release(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def holder(self) -> str:
        """The pid that the last exclusive holder left, for a message."""
        return self.path.read_text("ascii", "replace").strip() or "unknown"


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
