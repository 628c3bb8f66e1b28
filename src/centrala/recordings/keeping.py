"""The storage of recordings: Django's, of the name "recordings", wherever that is."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

PIECE = 1 << 20  # bytes


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
