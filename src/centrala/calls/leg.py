"""What the hub itself records of a call's agents, and of a customer who leaves a voicemail: a WAV file for each node
that has the call, placed by the clock.

It is playable whatever happens: a second at most is in memory, and whoever reads it goes by its size. The file's name
says whose it is and when it began, so that it needs nobody's memory; `recordings.legs` brings it into the storage.
"""

import fcntl
import logging
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import IO
from uuid import UUID

from centrala.calls.frames import BYTES, RATE, SECONDS

MOMENT = "%Y%m%dT%H%M%S.%fZ"
HEADER = 44  # bytes
FLUSHED = 50  # frames
EARLY = 10  # frames that may wait to be heard; what comes on top of them is not heard either (see outlet)
LATE = 3  # frames: less than that is a network's trembling and no silence
LONGEST = 2**32 - 2**16  # bytes: a WAV file counts them in 32 bits
AGENT, CUSTOMER = "agent", "customer"
FOLDERS = {AGENT: "speaking", CUSTOMER: "voicemail"}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Named:
    call: UUID
    began: datetime


class Leg:
    """Opens its file with the first frame. A disk that is full ends the recording, not the call."""

    def __init__(
        self,
        below: Path,
        call: UUID,
        *,
        side: str = AGENT,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._folder, self._call, self._side = folder(below, side), call, side
        self._clock, self._now = clock, now or (lambda: datetime.now(UTC))
        self._file: IO[bytes] | None = None
        self._began = 0.0
        self._frames = 0  # written, or waiting to be
        self._waiting = bytearray()
        self._broken = False

    @property
    def written(self) -> bool:
        return self._file is not None

    @property
    def seconds(self) -> float:
        return self._frames * SECONDS

    def write(self, frame: bytes) -> None:
        if self._broken:
            return
        try:
            self._place(frame)
        except OSError as error:
            self._broken = True
            log.error("The %s's side of call %s is recorded no further: %s", self._side, self._call, error.strerror)  # noqa: TRY400

    def close(self) -> None:
        if self._file is None or self._file.closed:
            return
        try:
            self._flush()
            finish(self._file)
        except OSError as error:
            log.error("The %s's side of call %s ends early: %s", self._side, self._call, error.strerror)  # noqa: TRY400
        self._file.close()

    def _place(self, frame: bytes) -> None:
        if self._file is None:
            self._open()
        due = int((self._clock() - self._began) / SECONDS)
        if self._frames - due >= EARLY or (self._frames + 1) * BYTES > LONGEST:
            return
        if due - self._frames > LATE:
            self._flush()
            self._frames = due  # silence: a hole in the file
        self._waiting += frame
        self._frames += 1
        if len(self._waiting) >= FLUSHED * BYTES:
            self._flush()

    def _open(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{self._call}~{self._now().strftime(MOMENT)}.wav"
        self._file = _created(path)
        self._began = self._clock()

    def _flush(self) -> None:
        if self._file is None or not self._waiting:
            return
        first = self._frames - len(self._waiting) // BYTES
        os.pwrite(self._file.fileno(), self._waiting, HEADER + first * BYTES)
        os.pwrite(self._file.fileno(), _header(self._frames * BYTES), 0)
        self._waiting.clear()


def _created(path: Path) -> IO[bytes]:
    """Ours alone. It has its name once it is locked: who could lock it before would take it for finished."""
    hidden = path.with_suffix(".opening")
    file = os.fdopen(os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "r+b", buffering=0)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(_header(0))
        hidden.rename(path)
    except OSError:
        file.close()
        hidden.unlink(missing_ok=True)
        raise
    return file


def folder(below: Path, side: str = AGENT) -> Path:
    return below / FOLDERS[side]


def named(path: Path) -> Named | None:
    """Whose file it is; None for one that is not ours."""
    call, _, began = path.name.removesuffix(".wav").partition("~")
    try:
        return Named(UUID(call), datetime.strptime(began, MOMENT).replace(tzinfo=UTC))
    except ValueError:
        return None


def finish(file: IO[bytes]) -> None:
    """Says in the header what the file holds: its node may have died before it could."""
    size = file.seek(0, os.SEEK_END) - HEADER
    size -= size % 2
    file.truncate(HEADER + max(size, 0))
    os.pwrite(file.fileno(), _header(max(size, 0)), 0)


def _header(data: int) -> bytes:
    described = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", HEADER - 8 + data, b"WAVE") + described + struct.pack("<4sI", b"data", data)
