"""Making folders: a mode or an owner is given to a folder at its making and never changed afterwards."""

import os
import shlex
import stat
from pathlib import Path

from centrala.postgres.account import Account
from centrala.postgres.errors import PostgresError, explained


def make(path: Path, mode: int, owner: Account | None = None) -> None:
    """Makes one folder unless it is there."""
    with explained(f"Making the folder {path}"):
        try:
            path.mkdir(mode=mode)
        except FileExistsError:
            if not path.is_dir():
                raise
            return
        path.chmod(mode)  # whatever the umask took away
        if owner and owner.uid != os.geteuid():
            os.chown(path, owner.uid, owner.gid)


def make_private(path: Path, owner: Account) -> None:
    """Makes a folder of `owner` alone; refuses one that was there and is not exactly that."""
    make(path, 0o700, owner)
    fault = _fault(path.lstat(), owner)
    if fault:
        raise PostgresError(f"The folder {path} {fault}, so other users could reach the database. Remove it.")


def _fault(found: os.stat_result, owner: Account) -> str | None:
    if not stat.S_ISDIR(found.st_mode):
        return "is a symbolic link or no folder"
    if found.st_uid != owner.uid:
        return f"belongs to the user id {found.st_uid} instead of {owner.uid}"
    if stat.S_IMODE(found.st_mode) != 0o700:
        return f"has the mode {stat.S_IMODE(found.st_mode):04o} instead of 0700"
    return None


def demand_entry(path: Path, user: Account) -> None:
    """Refuses a path that has a folder above it which `user` may not enter."""
    for folder in reversed(path.parents):
        found = folder.stat()
        if not found.st_mode & _entry_bit(found, user):
            mode = f"{stat.S_IMODE(found.st_mode):04o}"
            raise PostgresError(
                f"The database's OS user (id {user.uid}) cannot enter {folder} (mode {mode}). "
                f"Let it: chmod o+x {shlex.quote(str(folder))}"
            )


def _entry_bit(found: os.stat_result, user: Account) -> int:
    if found.st_uid == user.uid:
        return stat.S_IXUSR
    return stat.S_IXGRP if found.st_gid == user.gid else stat.S_IXOTH
