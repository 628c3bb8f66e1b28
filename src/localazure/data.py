"""The data folder: ours alone while we run."""

import fcntl
import os
import shutil
from pathlib import Path
from typing import IO

from localazure.failure import CannotStart

DATABASE = "localazure.db"


def open_folder(data: Path) -> IO[str]:
    """Makes the folder if need be and takes its lock, which holds as long as the returned file is open."""
    try:
        if not data.is_dir():
            data.mkdir(parents=True, mode=0o700)
        lock = (data / "lock").open("w")
    except OSError as error:
        raise CannotStart(
            f"The data folder {data} cannot be written ({error.strerror}). Fix: give another with --data."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise CannotStart(
            f"Another local cloud runs on the data folder {data}. Fix: stop it, or give another with --data."
        ) from None
    os.set_inheritable(lock.fileno(), False)
    return lock


def forget(data: Path) -> None:
    """Removes the state; the certificate authority stays, so that whoever trusts it goes on to."""
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
        (data / name).unlink(missing_ok=True)
    for folder in ("dead-letters", "blobs"):
        shutil.rmtree(data / folder, ignore_errors=True)
