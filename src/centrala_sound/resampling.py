"""From one rate to another without what the new rate cannot hold, which would come back as other tones.

A stream goes through a `Resampler`, which remembers the end of the piece before, so that no border is heard; a whole
sound through `resampled`.
"""

from functools import lru_cache
from math import gcd

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from centrala_sound.frames import Samples, clipped

PASSED = 0.875  # of what the lower of two rates can hold; the rest is the filter's slope
SHARPNESS = 8.0  # of the Kaiser window: 80 decibels of what must go are gone
TAPS = 240  # at the common multiple of 16 and 24 kHz; late by half of it, which is 2.5 ms

Filter = npt.NDArray[np.float32]


class Resampler:
    """Between 16 and 24 kHz. Pieces may have any length that makes whole blocks: 2 samples become 3, or 3 become 2."""

    def __init__(self, source: int, target: int) -> None:
        common = gcd(source, target)
        self._in, self._out = source // common, target // common
        self._filter = _phases(source, target)
        self._before = np.zeros(len(self._filter) - self._in, np.float32)

    def feed(self, samples: Samples) -> Samples:
        if len(samples) % self._in:
            raise ValueError(f"{len(samples)} samples do not make whole blocks of {self._in}")
        known = np.concatenate([self._before, samples.astype(np.float32)])
        self._before = known[len(known) - len(self._before) :]
        blocks = sliding_window_view(known, len(self._filter))[:: self._in]
        return clipped(np.rint(blocks @ self._filter).astype(np.int32).ravel())


@lru_cache
def _phases(source: int, target: int) -> Filter:
    """A column for each sample that a block becomes: what of the samples up to the block's end makes it."""
    common = gcd(source, target)
    fed, made = source // common, target // common
    rate = source * made
    taps = _low_pass(min(source, target) / 2 * (1 + PASSED) / 2, rate) * made
    width = fed + -(-len(taps) // made)
    columns = np.zeros((width, made))
    for column in range(made):
        for row in range(width):
            # Both in samples of the common multiple: the newest sample of a block stands at (fed - 1) * made.
            tap = column * fed - (row - (width - fed)) * made
            if 0 <= tap < len(taps):
                columns[row, column] = taps[tap]
    return columns.astype(np.float32)


def _low_pass(edge: float, rate: float) -> npt.NDArray[np.float64]:
    places = np.arange(TAPS + 1) - TAPS / 2
    taps = np.sinc(2 * edge / rate * places) * np.kaiser(TAPS + 1, SHARPNESS)
    return np.asarray(taps / taps.sum(), np.float64)


def resampled(samples: Samples, source: int, target: int) -> Samples:
    """A whole sound at any two rates, exact in time: in its spectrum, whose upper end slopes down to nothing."""
    if source == target or not samples.size:
        return samples
    common = gcd(source, target)
    fed, made = source // common, target // common
    margin = 1 + source // 50 // fed  # blocks of silence on both sides: the end must not run into the beginning
    blocks = _quick(-(-len(samples) // fed) + 2 * margin)
    padded = np.zeros(blocks * fed)
    padded[margin * fed : margin * fed + len(samples)] = samples
    wanted = blocks * made
    spectrum = np.fft.rfft(padded)
    kept = min(len(spectrum), wanted // 2 + 1)
    slope = np.clip((1 - np.arange(kept) / (min(len(padded), wanted) / 2)) / (1 - PASSED), 0, 1)
    shaped = spectrum[:kept] * (0.5 - 0.5 * np.cos(np.pi * slope))
    sound = np.fft.irfft(shaped, wanted) * (made / fed)
    begin = margin * made
    return clipped(np.rint(sound[begin : begin + -(-len(samples) * made // fed)]))


def _quick(blocks: int) -> int:
    """A little more, without the large prime factors that make a Fourier transform slow."""
    unit = 1 << max(blocks.bit_length() - 4, 0)
    return -(-blocks // unit) * unit
