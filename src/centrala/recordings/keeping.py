"""The storage of recordings: Django's, of the name "recordings", wherever that is."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from centrala.installation import make_private

PIECE = 1 << 20  # bytes
AT_HAND_SECONDS = 1800.0


class ReadsDifferently(Exception):
    """What was stored does not read back as it was written. It is deleted again."""


def storage() -> Storage:
    return storages["recordings"]


def keep(path: Path, *, name: str, sha256: str) -> str:
    """Stores the file, reads it back, and answers under which name. One that a killed process has left there is taken
    where it is whole. Raises ReadsDifferently, and what the storage raises."""
    place = storage()
    if place.exists(name):
        if _stored(place, name) == sha256:
            return name
        place.delete(name)
    with path.open("rb") as file:
        name = place.save(name, File(file))
    if _stored(place, name) != sha256:
        place.delete(name)
        raise ReadsDifferently(name)
    return name


def digest(file: IO[bytes]) -> str:
    """SHA-256, from where the file stands to its end."""
    found = hashlib.sha256()
    while piece := file.read(PIECE):
        found.update(piece)
    return found.hexdigest()


def _stored(place: Storage, name: str) -> str:
    with place.open(name) as file:
        return digest(file)


@contextmanager
def readable(name: str) -> Iterator[Path]:
    """The file as one of this machine: the storage's own, or a copy for as long as it is read."""
    place = storage()
    if isinstance(place, FileSystemStorage):
        yield Path(place.path(name))
    else:
        with tempfile.NamedTemporaryFile(suffix=".wav") as copy, place.open(name) as file:
            shutil.copyfileobj(file, copy, PIECE)
            copy.flush()
            yield Path(copy.name)


def at_hand(name: str) -> Path:
    """The file as one of this machine, for whoever is about to read piece after piece of it. Of a storage elsewhere a
    copy stays for a while, in DATA/calls: else each piece would fetch the whole."""
    place = storage()
    if isinstance(place, FileSystemStorage):
        return Path(place.path(name))
    folder = _heard()
    copy = folder / hashlib.sha256(name.encode()).hexdigest()
    if not copy.exists():
        make_private(folder.parent)
        make_private(folder)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as draft, place.open(name) as file:
            shutil.copyfileobj(file, draft, PIECE)
        Path(draft.name).replace(copy)
    os.utime(copy)
    return copy


def put_away() -> None:
    """Copies that nobody has asked for lately."""
    for copy in _heard().glob("*"):
        if time.time() - copy.stat().st_mtime > AT_HAND_SECONDS:
            copy.unlink(missing_ok=True)


def _heard() -> Path:
    return Path(settings.CALLS_FOLDER) / "heard"
