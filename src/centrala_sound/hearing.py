"""What a scripted caller heard: how loud, which tone, which keys, and since when nothing."""

import math
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from centrala_sound.frames import FAINTEST, LENGTH, LOUDEST, RATE, SECONDS, SILENCE, Frame, Samples, decibels, power
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
        self._powers = 0.0  # of these frames together

    @property
    def keys(self) -> str:
        return self._keys.heard

    def hear(self, frame: Frame) -> None:
        strength = 0.0 if frame is SILENCE else power(frame)
        quiet = strength < _QUIET
        self.seconds += SECONDS
        self.silent_seconds = self.silent_seconds + SECONDS if quiet else 0.0
        self._keys.hear(None if quiet else key_in(frame, strength))
        self._frames.append(frame)
        self._powers += strength
        if len(self._frames) == WINDOW:
            self._close(decibels(self._powers / WINDOW))

    def _close(self, loud: float) -> None:
        self.loudest = max(self.loudest, loud)
        self.windows.append(Window(loud, None if loud < QUIET else dominant(np.concatenate(self._frames))))
        self._frames.clear()
        self._powers = 0.0


def dominant(samples: Samples) -> float:
    """The strongest frequency in hertz; 0 where there is none."""
    if not samples.any():
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * _hanning(len(samples))))
    peak = int(spectrum[1:-1].argmax()) + 1
    before, at, after = (math.log(one + 1e-9) for one in spectrum[peak - 1 : peak + 2].tolist())
    bend = before - 2 * at + after
    return (peak + (0.5 * (before - after) / bend if bend else 0.0)) * RATE / len(samples)


@lru_cache(maxsize=4)
def _hanning(length: int) -> npt.NDArray[np.float32]:
    return np.hanning(length).astype(np.float32)


_QUIET = (LOUDEST + 1) ** 2 * 10 ** (QUIET / 10)
_FAINTEST = (LOUDEST * 10 ** (FAINTEST_KEY / 20)) ** 2
_ANGLES = 2 * np.pi * np.outer((*LOW, *HIGH), np.arange(LENGTH)) / RATE
_TURNING = (2 / LENGTH * np.concatenate([np.cos(_ANGLES), np.sin(_ANGLES)])).astype(np.float32)


def key_in(frame: Frame, strength: float | None = None) -> str | None:
    """The key of a telephone whose two tones make up nearly all of the frame, by Goertzel's algorithm. `strength` is
    the frame's power, where that is known."""
    strength = power(frame) if strength is None else strength
    if strength < _FAINTEST:
        return None
    parts = _TURNING @ frame.astype(np.float32)
    parts *= parts
    squares = (parts[:8] + parts[8:]).tolist()  # of the peaks of the eight sines
    low, high = max(squares[:4]), max(squares[4:])
    if (low + high) / 2 < PUREST * strength or max(low, high) >= TWIST**2 * min(low, high):
        return None
    return KEYS[4 * squares.index(low) + squares.index(high, 4) - 4]


class Keys:
    """Each press once, however long it is."""

    def __init__(self) -> None:
        self.heard = ""
        self._now: str | None = None
        self._other: str | None = None
        self._times = 0

    def hear(self, found: str | None) -> None:
        """The key in the next 20 ms, if there is one."""
        if found == self._now:
            self._times = 0
            return
        self._times = self._times + 1 if found == self._other else 1
        self._other = found
        if self._times >= CONFIRMED:
            self._now, self._times = found, 0
            self.heard += found or ""
