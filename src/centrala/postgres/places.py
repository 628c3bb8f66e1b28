"""Where the database of an installation lies."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from centrala.postgres.account import LIBRARY
from centrala.postgres.errors import PostgresError, explained

SOCKET = ".s.PGSQL.5432"
SOCKET_LIMIT = 107  # bytes of a socket's path on Linux; 103 on macOS
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")  # needs no quoting in PostgreSQL's list of socket folders nor in a URL
PATH_LIMIT = 900  # PostgreSQL cuts paths at 1,024 bytes, names inside the cluster included


@dataclass(frozen=True)
class Place:
    data: Path  # the installation's folder
    home: Path  # holds the cluster: the same folder, or one below /var/lib/centrala where root starts it
    sockets: Path

    @property
    def cluster(self) -> Path:
        return self.home / "postgres"

    @property
    def apart(self) -> bool:
        return self.home != self.data

    @property
    def log(self) -> Path:
        return self.data / "postgres.log"

    @property
    def password(self) -> Path:
        return self.data / "postgres.password"

    @property
    def pointer(self) -> Path:
        """Tells people where the cluster is when it is apart, and finds it again after the folder was moved."""
        return self.data / "postgres.location"

    @property
    def origin(self) -> Path:
        """The way back: in the cluster's home, the path of the data folder that it belongs to."""
        return self.home / "data-folder"

    @property
    def forsaken(self) -> bool:
        """Whether the database is one that another folder of this path had, which is gone: ours is new."""
        return self.apart and self.cluster.exists() and not self.pointer.exists() and not self.password.exists()

    def owner_elsewhere(self) -> Path | None:
        """The folder that took a forsaken database along when it was moved from here."""
        origin = noted(self.origin) if self.origin.exists() else self.data
        return origin if origin != self.data and (origin / self.pointer.name).exists() else None


def locate(data: Path) -> Place:
    """Finds the place without making anything.

    Raises PostgresError for a folder whose database another user runs, and for a copy of an installation.
    """
    data = data.expanduser().resolve()
    if len(os.fsencode(data)) > PATH_LIMIT:
        raise PostgresError(f"The path of the data folder {data} is too long for PostgreSQL. Choose a shorter (--data)")
    with explained("Looking for the database"):
        return _place_of_root(data) if os.geteuid() == 0 else _place_of_user(data)


def _place_of_user(data: Path) -> Place:
    pointer = data / "postgres.location"
    if pointer.exists():
        raise PostgresError(f"The database of {data} was made by root ({pointer}): run this command as root.")
    cluster = data / "postgres"
    if cluster.exists() and cluster.stat().st_uid != os.geteuid():
        raise PostgresError(f"The database {cluster} belongs to user id {cluster.stat().st_uid}: run Centrala as that.")
    return Place(data, data, _sockets_of_user(data))


def _sockets_of_user(data: Path) -> Path:
    beside = data / "sockets"
    if PLAIN.fullmatch(str(beside)) and len(str(beside / SOCKET)) <= SOCKET_LIMIT - 4:
        return beside
    return Path("/tmp") / f"centrala-{os.geteuid()}-{_digest(data)}"  # noqa: S108 - private, checked at every start


def _place_of_root(data: Path) -> Place:
    if (data / "postgres" / "PG_VERSION").exists():
        owner = (data / "postgres").stat().st_uid
        raise PostgresError(f"The database in {data} was made by user id {owner}: run Centrala as that user, not root.")
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{data.parent.name}-{data.name}").strip("-")
    home = LIBRARY / f"{words[-24:].strip('-') or 'data'}-{_digest(data)}"
    pointed = _pointed(data)
    if pointed and pointed != home:
        home = _moved(pointed, data)
    return Place(data, home, home / "sockets")


def _pointed(data: Path) -> Path | None:
    pointer = data / "postgres.location"
    if not pointer.exists():
        return None
    home = noted(pointer)
    if home.parent != LIBRARY or not (home / "postgres").is_dir():
        raise PostgresError(
            f"{pointer} names {home}, and no database is there: restore it from your backup, or remove {pointer} "
            "to begin with an empty one."
        )
    return home


def noted(note: Path) -> Path:
    return Path(os.fsdecode(note.read_bytes().rstrip(b"\n")))


def _moved(home: Path, data: Path) -> Path:
    """The home of a data folder that was moved here since; not that of a copy, which would share its database."""
    origin = noted(home / "data-folder")
    if origin != data and (origin / "postgres.location").exists():
        raise PostgresError(
            f"{data} is a copy of {origin}, which has its database in {home}: use the original, or remove "
            f"{data / 'postgres.location'} to begin with an empty database."
        )
    return home


def _digest(data: Path) -> str:
    return hashlib.sha256(os.fsencode(data)).hexdigest()[:8]
