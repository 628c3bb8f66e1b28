"""Recordings of a room: WAV files with what was said, in chunks of a largest size, and what Azure tells about each.

https://learn.microsoft.com/azure/communication-services/concepts/voice-video-calling/call-recording
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from centrala_sound.frames import RATE, SECONDS
from localazure.media.room import Moment
from localazure.media.tracks import Tracks

log = logging.getLogger(__name__)

LARGEST_BYTES: Final = 512 * 1024 * 1024
MOST_CHANNELS: Final = 5
BEAT: Final = timedelta(seconds=SECONDS)
MIXED: Final = ""  # the one channel of a mixed recording


class EndReason(StrEnum):
    SESSION_ENDED = "SessionEnded"
    LARGEST_SIZE = "ChunkMaximumSizeExceeded"


@dataclass(frozen=True)
class Pause:
    began: datetime
    length: timedelta


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """`participants` are those who were there, in the order in which they came; `channels` are those who have one in an
    unmixed recording, in the order of the file. `lasted` leaves out the pauses, as the sound does."""

    path: Path
    index: int
    began: datetime
    lasted: timedelta
    unmixed: bool
    channels: tuple[str, ...]
    participants: tuple[str, ...]
    pauses: tuple[Pause, ...]
    reason: EndReason


@dataclass
class _Current:
    index: int
    began: datetime
    tracks: Tracks
    participants: dict[str, None] = field(default_factory=dict)
    pauses: list[Pause] = field(default_factory=list)


class Recorder:
    """A tap of a room: `room.listen(recorder)`, and when it is over `await recorder.stop()`.

    Its time is the room's: `started` and 20 ms for each moment since. A disk that is full ends the recording, not the
    call.
    """

    def __init__(
        self,
        folder: Path,
        *,
        started: datetime,
        unmixed: bool = False,
        order: Sequence[str] = (),
        injected: bool = False,
        largest: int = LARGEST_BYTES,
    ) -> None:
        """`order` says whose the first channels are, whether they come or not; `injected` records what applications
        say, too. The folder is made where it is missing."""
        self.broken = False
        self._folder, self._largest = folder, largest
        self._unmixed, self._order, self._injected = unmixed, tuple(order[:MOST_CHANNELS]), injected
        self._now = started
        self._paused_at: datetime | None = None
        self._chunks: list[Chunk] = []
        self._written: list[Tracks] = []
        self._current = self._opened(0)

    @property
    def paused(self) -> bool:
        return self._paused_at is not None

    def pause(self) -> None:
        if self._paused_at is None:
            self._paused_at = self._now

    def resume(self) -> None:
        if self._paused_at is not None and self._now > self._paused_at:
            self._current.pauses.append(Pause(self._paused_at, self._now - self._paused_at))
        self._paused_at = None

    def __call__(self, moment: Moment) -> None:
        self._now += BEAT
        if self.broken:
            return
        try:
            self._take(moment)
        except OSError as error:
            self.broken = True
            log.error("a recording ends early: %s", error.strerror)  # noqa: TRY400  # the disk's fault, not ours

    async def stop(self) -> tuple[Chunk, ...]:
        """Every chunk, its file whole. Raises OSError where they cannot be written."""
        self.resume()
        self._close(EndReason.SESSION_ENDED)
        await asyncio.to_thread(self._finish)
        return tuple(self._chunks)

    def _take(self, moment: Moment) -> None:
        current = self._current
        voices = dict(moment.voices) if self._injected else moment.uninjected
        current.participants |= dict.fromkeys(voices)
        if self._unmixed:
            current.tracks.meet(voices)
        if self.paused:
            return
        if self._unmixed:
            current.tracks.add(voices)
        else:
            current.tracks.add({MIXED: moment.mixed if self._injected else moment.without_injected})
        if current.tracks.size + current.tracks.step > self._largest:
            self._close(EndReason.LARGEST_SIZE)
            self._current = self._opened(current.index + 1)

    def _opened(self, index: int) -> _Current:
        names, most = (self._order, MOST_CHANNELS) if self._unmixed else ((MIXED,), 1)
        return _Current(index, self._now, Tracks(self._folder / f"{index}.wav", names, most=most))

    def _close(self, reason: EndReason) -> None:
        current = self._current
        self._written.append(current.tracks)
        self._chunks.append(Chunk(
            path=current.tracks.path,
            index=current.index,
            began=current.began,
            lasted=current.tracks.frames * BEAT,
            unmixed=self._unmixed,
            channels=current.tracks.names if self._unmixed else (),
            participants=tuple(current.participants),
            pauses=tuple(current.pauses),
            reason=reason,
        ))  # fmt: skip

    def _finish(self) -> None:
        for tracks in self._written:
            tracks.finish()


def metadata(chunk: Chunk, *, resource: str, call: str, document: str) -> dict[str, object]:
    """What Azure keeps beside a chunk. The lengths are in milliseconds."""
    channels = max(len(chunk.channels), 1)
    sound = {"sampleRate": RATE, "bitRate": 16 * RATE * channels, "channels": channels}
    return {
        "resourceId": resource,
        "callId": call,
        "chunkDocumentId": document,
        "chunkIndex": chunk.index,
        "chunkStartTime": chunk.began.isoformat(),
        "chunkDuration": _milliseconds(chunk.lasted),
        "pauseResumeIntervals": [
            {"startTime": pause.began.isoformat(), "duration": _milliseconds(pause.length)} for pause in chunk.pauses
        ],
        "recordingInfo": {
            "contentType": "audio/wav",
            "channelType": "unmixed" if chunk.unmixed else "mixed",
            "format": "wav",
            "audioConfiguration": sound,
        },
        "participants": [{"participantId": raw_id} for raw_id in chunk.participants],
    }


def _milliseconds(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)
