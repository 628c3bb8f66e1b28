"""Sine tones, and how much of one is in a sound."""

import numpy as np

from centrala_sound.frames import RATE, Frame, Samples, split


def sine(hertz: float, seconds: float, *, peak: int = 10_000, rate: int = RATE) -> Samples:
    return np.rint(peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.int16)


def frames(hertz: float, seconds: float, *, peak: int = 10_000) -> list[Frame]:
    return split(sine(hertz, seconds, peak=peak))


def strength(samples: Samples, hertz: float, *, rate: int = RATE) -> float:
    """The peak of that sine in the sound, by Goertzel's algorithm in its direct form."""
    turning = np.exp(-2j * np.pi * hertz * np.arange(len(samples)) / rate)
    return float(2 * abs(np.dot(samples.astype(np.float64), turning)) / len(samples))


def largest_step(samples: Samples) -> int:
    """Between neighbours: a click is one that no tone in the sound explains."""
    return int(np.abs(np.diff(samples.astype(np.int32))).max())
