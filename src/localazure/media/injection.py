"""The voice of an application, as its socket brings it: in pieces of any length, at 16 or 24 kHz."""

import numpy as np

from centrala_sound.frames import LENGTH, RATE, Frame, Samples
from centrala_sound.resampling import Resampler
from centrala_sound.seams import ended
from localazure.media.party import Queued

MOST = 50 * 600  # frames; an application may send ten minutes ahead of what is heard


class Injection:
    """A party that hears nothing: what it is sent, it is sent by the room's tap."""

    injected = True

    def __init__(self, rate: int) -> None:
        self._queue = Queued(self.hear, most=MOST)
        self._resampler = Resampler(rate, RATE) if rate != RATE else None
        self._block = rate // 8_000  # samples that the resampler takes at a time
        self._rest = np.zeros(0, np.int16)

    @property
    def dropped(self) -> int:
        return self._queue.dropped

    @property
    def waiting(self) -> int:
        """Frames that are still to be heard."""
        return self._queue.waiting

    def feed(self, samples: Samples) -> None:
        everything = np.concatenate([self._rest, samples]) if self._rest.size else samples
        length = LENGTH if self._resampler is None else LENGTH * self._block // 2
        whole = len(everything) - len(everything) % length
        for begin in range(0, whole, length):
            self._queue.feed(self._made(everything[begin : begin + length]))
        self._rest = everything[whole:]

    def clear(self) -> None:
        self._queue.clear()
        self._rest = self._rest[:0]

    def speak(self) -> Frame | None:
        """What does not fill a frame is said when nothing more has come."""
        if not self._queue.waiting and self._rest.size:
            self._queue.feed(self._last(self._rest))
            self._rest = self._rest[:0]
        return self._queue.speak()

    def hear(self, frame: Frame) -> None:
        return

    def _made(self, samples: Samples) -> Frame:
        return samples if self._resampler is None else self._resampler.feed(samples)

    def _last(self, rest: Samples) -> Frame:
        if self._resampler is None:
            return ended(rest)
        return self._resampler.feed(np.pad(rest, (0, LENGTH * self._block // 2 - len(rest))))
