"""A file of a recording comes from the cloud into the storage. It may be killed anywhere and is begun again: what has
arrived stays in DATA/calls, and the rest alone is asked for."""

import fcntl
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from centrala.azure.errors import AzureError, Said
from centrala.azure.recordings import Arriving, ForeignHost, RecordingFiles
from centrala.installation import make_private
from centrala.recordings import soon, wav
from centrala.recordings.keeping import ReadsDifferently, digest, keep
from centrala.recordings.models import Chunk, ChunkState, Problem

LARGEST = 512 << 20  # bytes; the service begins another file then
GONE = {404, 410}
MAY_BE_MENDED = {401, 403}  # the connection's key: an administrator repairs it
log = logging.getLogger(__name__)


class Unfit(Exception):
    """Not to be kept, whenever it is asked for."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(problem)
        self.problem, self.detail = problem, detail


def fetch(*, document_id: str) -> Chunk | None:
    """Keeps the file, or says why not; None where that is settled. Raises AzureError, and what the storage raises,
    where it may succeed later."""
    found = Chunk.objects.select_related("recording__call__connection")
    chunk = found.filter(document_id=document_id, state=ChunkState.WAITING).first()
    if chunk is None:
        return None
    files = RecordingFiles(connection=chunk.recording.call.connection.connection_string, cloud=settings.CLOUD)
    try:
        with _partial(chunk) as part:
            _keep(chunk, part, files)
    except Unfit as unfit:
        _settle(chunk, ChunkState.REFUSED, problem=unfit.problem, detail=unfit.detail)
    except ForeignHost as foreign:
        _settle(chunk, ChunkState.REFUSED, problem=Problem.FOREIGN_HOST, detail=foreign.host)
    except AzureError as error:
        _give_up(chunk, error)
    except ReadsDifferently:
        Chunk.objects.filter(pk=chunk.pk).update(problem=Problem.CHANGED)
        log.error("A file of call %s does not read back as it was stored.", chunk.recording.call_id)  # noqa: TRY400
        raise
    _path(chunk).unlink(missing_ok=True)
    if chunk.state == ChunkState.STORED and settings.DELETE_RECORDINGS_FROM_CLOUD:
        delete_from_cloud(chunk, files)
    return chunk


def delete_from_cloud(chunk: Chunk, files: RecordingFiles) -> None:
    """Where it fails, the cloud deletes it by itself a day later."""
    try:
        files.delete(chunk.delete_location)
    except (AzureError, ForeignHost):
        log.warning("A file of call %s could not be deleted from the cloud.", chunk.recording.call_id)
    else:
        Chunk.objects.filter(pk=chunk.pk).update(deleted_from_cloud_at=now())


def _keep(chunk: Chunk, part: IO[bytes], files: RecordingFiles) -> None:
    chunk.metadata = chunk.metadata or _metadata(chunk, files)
    size = part.seek(0, 2)
    with files.content(chunk.content_location, since=size) as arriving:
        size = _take(arriving, part, size)
    if arriving.size is not None and size != arriving.size:
        part.truncate(min(size, arriving.size) if size < arriving.size else 0)
        raise AzureError(Said.NO_ANSWER, words=f"{size} of {arriving.size} bytes", permanent=False)
    chunk.problem = _checked(part, size)
    part.seek(0)
    chunk.size, chunk.sha256 = size, digest(part)
    name = f"{folder_of(chunk)}/{re.sub('[^A-Za-z0-9._-]', '_', chunk.document_id)}.wav"
    chunk.name = keep(_path(chunk), name=name, sha256=chunk.sha256)
    _settle(chunk, ChunkState.STORED, problem=chunk.problem)


def folder_of(chunk: Chunk) -> str:
    call = chunk.recording.call
    return f"{call.rang_at:%Y/%m}/{call.pk}"


def _take(arriving: Arriving, part: IO[bytes], size: int) -> int:
    """Writes what comes behind what is there, or in its place where the service has no ranges. Returns the size."""
    if arriving.since != size:
        part.truncate(0)
        size = 0
        if arriving.since:
            raise AzureError(Said.NO_ANSWER, words="other bytes than were asked for", permanent=False)
    if arriving.size is not None and arriving.size > LARGEST:
        raise Unfit(Problem.TOO_LARGE)
    for piece in arriving.pieces:
        size += part.write(piece)
        if size > LARGEST:
            raise Unfit(Problem.TOO_LARGE)
    part.flush()
    return size


def _checked(part: IO[bytes], size: int) -> str:
    """ "" or what is wrong with a file that is kept all the same. Raises Unfit."""
    if not size:
        raise Unfit(Problem.EMPTY)
    part.seek(0)
    try:
        sound = wav.read(part, size)
    except wav.NotWav:
        raise Unfit(Problem.NOT_WAV) from None
    if not sound.samples:
        raise Unfit(Problem.EMPTY)
    return Problem.TRUNCATED if sound.is_cut_off else ""


def _metadata(chunk: Chunk, files: RecordingFiles) -> dict[str, Any] | None:
    """None where there is none that can be used: the sound is kept without."""
    if not chunk.metadata_location:
        return None
    try:
        told = msgspec.json.decode(files.metadata(chunk.metadata_location))
    except (ForeignHost, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    except AzureError as error:
        if not error.permanent:
            raise
        return None
    return told if isinstance(told, dict) else None


def _give_up(chunk: Chunk, error: AzureError) -> None:
    """Or not: raises the error where it may be different later."""
    over = now() >= chunk.leaves_cloud_at
    if error.status in GONE and over:
        _settle(chunk, ChunkState.GONE, problem=Problem.NOT_IN_TIME)
    elif over or (error.permanent and error.status not in GONE | MAY_BE_MENDED):
        _settle(chunk, ChunkState.REFUSED, problem=Problem.REFUSED, detail=error.message)
    else:
        Chunk.objects.filter(pk=chunk.pk).update(problem=Problem.REFUSED, detail=error.message)
        raise error


@transaction.atomic
def _settle(chunk: Chunk, state: ChunkState, *, problem: str = "", detail: str = "") -> None:
    chunk.state, chunk.problem, chunk.detail = state, problem, detail
    chunk.stored_at = now() if state == ChunkState.STORED else None
    fields = ["state", "problem", "detail", "stored_at", "metadata", "name", "size", "sha256"]
    rows = Chunk.objects.filter(pk=chunk.pk)
    if not rows.update(**{name: getattr(chunk, name) for name in fields}):
        soon.remove([chunk.name] if chunk.name else [])  # the customer was erased meanwhile
        return
    if problem:
        log.warning("A file of call %s: %s.", chunk.recording.call_id, problem)
    soon.join(chunk.recording.call_id)


def _path(chunk: Chunk) -> Path:
    return Path(settings.CALLS_FOLDER) / "arriving" / f"{chunk.pk}.part"


class Busy(Exception):
    """Another process of this machine is at it."""


@contextmanager
def _partial(chunk: Chunk) -> Iterator[IO[bytes]]:
    path = _path(chunk)
    make_private(path.parent.parent)
    make_private(path.parent)
    with path.open("a+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        yield file
