"""The one error of the embedded PostgreSQL."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from centrala.errors import Misconfigured

FIXES = {
    errno.ENOSPC: "Free some disk space and start again.",
    errno.EDQUOT: "Free some of this user's disk quota and start again.",
    errno.EROFS: "Choose a data folder that can be written to (--data).",
    errno.ENAMETOOLONG: "Choose a data folder with a shorter path (--data).",
}
NO_RIGHT = "Give this user the right to it or choose another data folder (--data)."


class PostgresError(Misconfigured):
    """The embedded PostgreSQL cannot serve. One line: what, why, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


@contextmanager
def explained(attempt: str) -> Iterator[None]:
    """Turns an error of the operating system into one line that names the file, the cause and the fix."""
    try:
        yield
    except OSError as error:
        fix = FIXES.get(error.errno or 0, NO_RIGHT)
        file = f"{error.filename}: " if error.filename else ""
        raise PostgresError(f"{attempt} failed: {file}{error.strerror}. {fix}") from error
