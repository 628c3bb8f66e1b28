"""Making a new cluster."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from centrala.postgres import folders
from centrala.postgres.account import LIBRARY, Account
from centrala.postgres.binaries import MAJOR, environment
from centrala.postgres.errors import PostgresError, explained
from centrala.postgres.places import Place
from centrala.postgres.server import fix_for

SUPERUSER = "centrala"
# The order of text is PostgreSQL's own: an update of the system's C library cannot break an index.
LOCALE = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


def make_folders(place: Place, account: Account) -> None:
    with explained("Making the data folder"):
        if not place.data.is_dir():
            place.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.apart:
        folders.make(LIBRARY, 0o755)
        folders.make(place.home, 0o755)
        folders.demand_entry(place.sockets, account)
    folders.make_private(place.sockets, account)


def note_place(place: Place) -> None:
    """Links data folder and cluster to each other where they are apart.

    Only once the cluster is there: a pointer to nothing tells that the database was lost.
    """
    if place.apart:
        with explained("Noting where the database is"):
            _note(place.origin, place.data)
            _note(place.pointer, place.home)


def _note(note: Path, path: Path) -> None:
    draft = note.with_name(f"{note.name}.new")
    draft.write_bytes(os.fsencode(path) + b"\n")
    draft.replace(note)  # at no moment half-written: others read it


def check(place: Place) -> None:
    """Refuses a cluster that these programs cannot run."""
    version = place.cluster / "PG_VERSION"
    if not version.exists():
        raise PostgresError(f"{place.cluster} is there but holds no database: move it away and start again.")
    found = version.read_text("ascii").strip()
    if found != str(MAJOR):
        raise PostgresError(
            f"The database {place.cluster} was made by PostgreSQL {found}, and this Centrala runs {MAJOR}: "
            "make a backup with the Centrala that made it and restore that here."
        )
    if place.forsaken:
        raise PostgresError(_forsaken(place))
    if not place.password.exists():
        raise PostgresError(
            f"The database's password file {place.password} is gone, but not the database {place.cluster}. "
            "Restore the file from your backup or, if nobody needs the data any more, remove that folder."
        )


def _forsaken(place: Place) -> str:
    elsewhere = place.owner_elsewhere()
    if elsewhere is not None:
        return (
            f"The database in {place.home} belongs to {elsewhere}, which was moved from {place.data}: "
            "choose another data folder (--data)."
        )
    return (
        f"The data folder {place.data} is new, and the database of one that was there before is left in {place.home}: "
        f"restore that folder from your backup or, if nobody needs the data any more: rm -r {place.home}"
    )


def create(place: Place, programs: Path, account: Account) -> None:
    """Runs initdb beside the cluster's place and renames the result: a cluster is whole or not there."""
    password = secrets.token_urlsafe(32)
    draft = place.cluster.with_name("postgres.new")
    with explained("Making the database"):
        shutil.rmtree(draft, ignore_errors=True)  # what a killed start left
        folders.make_private(draft, account)
        _initdb(programs, draft, password, account)
        _keep(place.password, password)
        draft.rename(place.cluster)
        _sync(place.home)


def _initdb(programs: Path, draft: Path, password: str, account: Account) -> None:
    handed = draft.with_name("postgres.new.password")
    handed.unlink(missing_ok=True)
    _keep(handed, password)
    os.chown(handed, account.uid, account.gid)
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            [
                str(programs / "initdb"),
                *("--pgdata", str(draft), "--username", SUPERUSER, "--pwfile", str(handed)),
                *("--auth=scram-sha-256", *LOCALE),
            ],
            user=account.uid if os.geteuid() == 0 else None,
            group=account.gid if os.geteuid() == 0 else None,
            extra_groups=[] if os.geteuid() == 0 else None,
            env=environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    finally:
        handed.unlink()
    if done.returncode:
        cause = ([line for line in done.stderr.splitlines() if "error" in line or "FATAL" in line] or [done.stderr])[-1]
        raise PostgresError(f"Making the database {draft} failed: {cause.strip()}. {fix_for(cause)}")


def _keep(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
