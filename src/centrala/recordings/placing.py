"""Where by the clock the sound of a file belongs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from centrala.moments import moment
from centrala.recordings import wav
from centrala.recordings.models import Chunk, Leg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_PAUSES = 10_000


@dataclass(frozen=True)
class Piece:
    """Samples of one channel of a file that follow each other without a pause, and when they were spoken."""

    path: Path
    sound: wav.Wav
    began: datetime
    skipped: int  # samples of the file before it
    length: int  # samples, at the file's own rate
    mixed: bool = False
    own: bool = False  # the hub's

    def start(self, since: datetime, rate: int) -> int:
        return round((self.began - since).total_seconds() * rate)

    def end(self, since: datetime, rate: int) -> int:
        return self.start(since, rate) + self.length * rate // self.sound.rate

    def samples(self, first: int, last: int, rate: int) -> "NDArray[np.int16]":
        """From its own beginning on, in samples of this rate; of the first channel, which is the customer's."""
        import numpy as np

        shape = (self.sound.samples, self.sound.channels)
        whole = np.memmap(self.path, dtype="<i2", mode="r", offset=self.sound.start, shape=shape)
        if self.sound.rate == rate:
            return np.array(whole[self.skipped + first : self.skipped + last, 0])
        places = np.arange(first, last) * (self.sound.rate / rate)
        low = int(places[0])
        near = whole[self.skipped + low : self.skipped + min(int(places[-1]) + 2, self.length), 0]
        between: NDArray[np.int16] = np.interp(places - low, np.arange(len(near)), near).astype(np.int16)
        return between


def placed_leg(path: Path, leg: Leg) -> Piece:
    sound = _read(path)
    return Piece(path, sound, leg.began_at, 0, sound.samples, own=True)


def placed_chunk(path: Path, chunk: Chunk, at: datetime) -> tuple[list[Piece], datetime]:
    """Its pieces, and when the next file begins. The cloud's files leave out the pauses, and its metadata tell of them;
    where there are none, one file begins where the one before it ended."""
    sound = _read(path)
    mixed = sound.channels == 1 and not chunk.recording.unmixed
    told = chunk.metadata or {}
    began = _moment(told.get("chunkStartTime")) or at
    pieces, skipped = [], 0
    for paused, length in _pauses(told.get("pauseResumeIntervals")):
        spoken = min(round((paused - began).total_seconds() * sound.rate), sound.samples - skipped)
        if spoken > 0:
            pieces.append(Piece(path, sound, began, skipped, spoken, mixed=mixed))
            skipped += spoken
        began = max(began, paused + length)
    rest = sound.samples - skipped
    if rest:
        pieces.append(Piece(path, sound, began, skipped, rest, mixed=mixed))
    return pieces, began + timedelta(seconds=rest / sound.rate)


def _read(path: Path) -> wav.Wav:
    with path.open("rb") as file:
        return wav.read(file, path.stat().st_size)


def _pauses(told: object) -> list[tuple[datetime, timedelta]]:
    """Those that can be read, in their order."""
    found = []
    for one in told[:MOST_PAUSES] if isinstance(told, list) else ():
        began = _moment(one.get("startTime")) if isinstance(one, dict) else None
        length = one.get("duration") if isinstance(one, dict) else None
        if began is not None and isinstance(length, int | float) and 0 < length < 86_400_000:
            found.append((began, timedelta(milliseconds=length)))
    return sorted(found)


def _moment(told: object) -> datetime | None:
    try:
        return moment(told) if isinstance(told, str) else None
    except ValueError:
        return None
