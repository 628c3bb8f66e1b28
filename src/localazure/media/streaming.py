"""Media streaming: the sound of a call to the customer's application and back, over a socket that this cloud dials."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from centrala_sound.frames import RATE, SILENCE, Frame, Samples, mixed
from centrala_sound.resampling import Resampler
from localazure.media import messages
from localazure.media.injection import Injection
from localazure.media.line import Line, NoLine, dial
from localazure.media.room import Moment, Room, audible

log = logging.getLogger(__name__)

MOST_SPEAKERS: Final = 4  # an unmixed stream has the voices of so many at once


class Status(StrEnum):
    """Words of the service, as those of `Details`."""

    STARTED = "mediaStreamingStarted"
    STOPPED = "mediaStreamingStopped"
    FAILED = "mediaStreamingFailed"


class Details(StrEnum):
    STARTED = "subscriptionStarted"
    STOPPED = "subscriptionStopped"
    NOT_CONNECTED = "initialWebSocketConnectionFailed"
    INTERRUPTED = "streamConnectionInterrupted"
    UNAUTHENTICATED = "authenticationFailure"
    FORBIDDEN = "forbidden"
    BAD_REQUEST = "badRequest"
    TOO_MANY = "tooManyRequests"


REFUSALS = {
    400: Details.BAD_REQUEST,
    401: Details.UNAUTHENTICATED,
    403: Details.FORBIDDEN,
    429: Details.TOO_MANY,
}

Told = Callable[[Status, Details], None]


@dataclass(frozen=True, kw_only=True)
class Options:
    """`headers` go with the request that opens the socket; `subscription` names the stream in its metadata."""

    url: str
    subscription: str
    headers: Mapping[str, str]
    unmixed: bool = False
    rate: int = RATE
    bidirectional: bool = False
    keys: bool = False
    context: ssl.SSLContext


class Streaming:
    """One stream of one connection. `told` hears that it started, and once how it ended.

    An application that hangs up, or whose socket breaks, is not dialled again: it has to start the stream anew.
    """

    def __init__(self, options: Options, *, room: Room, raw_id: str, now: Callable[[], datetime], told: Told) -> None:
        """`raw_id` is the application's own place in the room, taken only while the stream lasts."""
        self.misfits = 0
        self._options = options
        self._room, self._raw_id = room, raw_id
        self._now, self._told = now, told
        self._injection = Injection(options.rate)
        self._line: Line | None = None
        self._stopping = asyncio.Event()
        self._resamplers: dict[str, Resampler] = {}

    @property
    def active(self) -> bool:
        return self._line is not None

    @property
    def dropped(self) -> int:
        """Frames that the application did not take in time, and such of its own that were too many."""
        return self._injection.dropped + (self._line.dropped if self._line else 0)

    def stop(self) -> None:
        self._stopping.set()

    def press(self, key: str) -> None:
        """Tells the application which key a participant pressed, where it asked for that."""
        if self._line and self._options.keys:
            self._line.send(messages.key(key))

    async def run(self) -> None:
        """Until it is stopped or breaks."""
        try:
            line = await dial(self._options.url, self._options.headers, self._options.context, self._receive)
        except NoLine as error:
            self._told(Status.FAILED, REFUSALS.get(error.status or 0, Details.NOT_CONNECTED))
            return
        self._line = line
        try:
            self._begin(line)
            interrupted = await self._ended(line)
        finally:
            self._end(line)
        if interrupted:
            self._told(Status.FAILED, Details.INTERRUPTED)
        else:
            self._told(Status.STOPPED, Details.STOPPED)

    def _begin(self, line: Line) -> None:
        line.send(messages.metadata(self._options.subscription, self._options.rate))
        self._told(Status.STARTED, Details.STARTED)
        if self._options.bidirectional:
            self._room.join(self._raw_id, self._injection)
        self._room.listen(self._tell)

    async def _ended(self, line: Line) -> bool:
        """Whether the line broke before anybody stopped it."""
        waits = [asyncio.ensure_future(line.closed.wait()), asyncio.ensure_future(self._stopping.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return not self._stopping.is_set()

    def _end(self, line: Line) -> None:
        self._room.unlisten(self._tell)
        if self._options.bidirectional:
            self._room.leave(self._raw_id)
        line.close()
        self._line = None

    def _tell(self, moment: Moment) -> None:
        if self._options.unmixed:
            for raw_id, frame in dominant(moment):
                self._send(frame, raw_id)
        else:
            self._send(mixed(audible(moment.uninjected.values())), None)

    def _send(self, frame: Frame, raw_id: str | None) -> None:
        if self._line:
            self._line.send(messages.audio(self._now(), self._at_rate(frame, raw_id), raw_id=raw_id))

    def _at_rate(self, frame: Frame, raw_id: str | None) -> Samples:
        if self._options.rate == RATE:
            return frame
        name = raw_id or ""
        if name not in self._resamplers:
            self._resamplers[name] = Resampler(RATE, self._options.rate)
        return self._resamplers[name].feed(frame)

    def _receive(self, message: bytes) -> None:
        if not self._options.bidirectional:
            return
        try:
            match messages.read(message):
                case messages.Audio(samples):
                    self._injection.feed(samples)
                case messages.StopAudio():
                    self._injection.clear()
        except messages.Misfit as error:
            self.misfits += 1
            if self.misfits == 1:
                log.warning("stream %s: a message was left out: %s", self._options.subscription, error)


def dominant(moment: Moment) -> list[tuple[str, Frame]]:
    """Whoever is loudest, in the order in which they came; the application itself is nobody."""
    voices = list(moment.uninjected.items())
    if len(voices) <= MOST_SPEAKERS:
        return voices
    loudest = {raw_id for raw_id, _ in sorted(voices, key=lambda voice: -_power(voice[1]))[:MOST_SPEAKERS]}
    return [(raw_id, frame) for raw_id, frame in voices if raw_id in loudest]


def _power(frame: Frame) -> float:
    return 0.0 if frame is SILENCE else float((frame.astype("f4") ** 2).sum())
