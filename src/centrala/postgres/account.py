"""The OS user of the server where Centrala itself runs as root: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from centrala.postgres.errors import PostgresError

NAME = "centrala"
LIBRARY = Path("/var/lib/centrala")
USERADD = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(LIBRARY)]


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int


def current() -> Account:
    """The user whom the server runs as: this one, or `centrala` (made when absent) where this one is root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    return _find() or _create()


def _find() -> Account | None:
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        return None
    if entry.pw_uid == 0:
        raise PostgresError(f"The OS user {NAME} is root by another name. PostgreSQL refuses that: give it its own id.")
    return Account(entry.pw_uid, entry.pw_gid)


def _create() -> Account:
    command = [*USERADD, "--shell", "/usr/sbin/nologin", NAME]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        reason = done.stderr.strip()
    except FileNotFoundError:
        reason = "this system has no useradd"
    account = _find()  # also there when another starter was faster
    if account is None:
        raise PostgresError(
            f"As root the database needs the OS user {NAME}, and making it failed ({reason}). "
            f"Run Centrala as an ordinary user, or make it: {' '.join(USERADD)} {NAME}"
        )
    return account
