"""What a scripted caller heard: how loud, which tone, which keys, and since when nothing."""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from centrala_sound.frames import FAINTEST, LENGTH, LOUDEST, RATE, SECONDS, SILENCE, Frame, Samples, level
from centrala_sound.sounds import HIGH, KEYS, LOW

QUIET: Final = -50.0  # decibels; what is below counts as silence
WINDOW: Final = 5  # frames, 100 ms
KEPT: Final = 6_000  # windows, ten minutes

FAINTEST_KEY, PUREST, TWIST = -36.0, 0.75, 2.5  # decibels; share of all power; one sine over the other
CONFIRMED = 2  # frames: of a key until it counts, without one until the next may be the same


@dataclass(frozen=True)
class Window:
    """100 ms. `hertz` is the strongest tone, to about 1 Hz where there is one; None in silence."""

    level: float
    hertz: float | None


class Hearing:
    def __init__(self) -> None:
        self.windows: deque[Window] = deque(maxlen=KEPT)
        self.seconds = 0.0
        self.silent_seconds = 0.0  # up to now, without a break
        self.loudest = FAINTEST  # of the windows
        self._keys = Keys()
        self._frames: list[Frame] = []

    @property
    def keys(self) -> str:
        return self._keys.heard

    def hear(self, frame: Frame) -> None:
        self.seconds += SECONDS
        quiet = frame is SILENCE or level(frame) < QUIET
        self.silent_seconds = self.silent_seconds + SECONDS if quiet else 0.0
        self._keys.hear(None if quiet else frame)
        self._frames.append(frame)
        if len(self._frames) == WINDOW:
            self._close(np.concatenate(self._frames))
            self._frames.clear()

    def _close(self, samples: Samples) -> None:
        loud = level(samples)
        self.loudest = max(self.loudest, loud)
        self.windows.append(Window(loud, None if loud < QUIET else dominant(samples)))


def dominant(samples: Samples) -> float:
    """The strongest frequency in hertz; 0 where there is none."""
    if not samples.any():
        return 0.0
    spectrum = np.log(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) + 1e-9)
    peak = int(np.argmax(spectrum[1:-1])) + 1
    before, at, after = (float(one) for one in spectrum[peak - 1 : peak + 2])
    bend = before - 2 * at + after
    return (peak + (0.5 * (before - after) / bend if bend else 0.0)) * RATE / len(samples)


_TURNING = np.exp(-2j * np.pi * np.outer((*LOW, *HIGH), np.arange(LENGTH)) / RATE).astype(np.complex64)


def key_in(frame: Frame) -> str | None:
    """The key of a telephone whose two tones make up nearly all of the frame, by Goertzel's algorithm."""
    peaks = 2 / LENGTH * np.abs(_TURNING @ frame.astype(np.float32))
    low, high = int(np.argmax(peaks[:4])), int(np.argmax(peaks[4:]))
    pair = float(peaks[low]), float(peaks[4 + high])
    power = float(np.mean(np.square(frame, dtype=np.float64)))
    if power < (LOUDEST * 10 ** (FAINTEST_KEY / 20)) ** 2 or (pair[0] ** 2 + pair[1] ** 2) / 2 < PUREST * power:
        return None
    return KEYS[4 * low + high] if max(pair) < TWIST * min(pair) else None


class Keys:
    """Each press once, however long it is."""

    def __init__(self) -> None:
        self.heard = ""
        self._now: str | None = None
        self._other: str | None = None
        self._times = 0

    def hear(self, frame: Frame | None) -> None:
        found = None if frame is None else key_in(frame)
        if found == self._now:
            self._times = 0
            return
        self._times = self._times + 1 if found == self._other else 1
        self._other = found
        if self._times >= CONFIRMED:
            self._now, self._times = found, 0
            self.heard += found or ""
