"""Sound in pieces of 20 ms: 320 samples of 16 bits, one channel, 16,000 a second; 640 bytes, little-endian.

Frames are shared between everybody who hears them: nobody writes into one.
"""

import math
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

RATE: Final = 16_000
LENGTH: Final = 320
BYTES: Final = 2 * LENGTH
SECONDS: Final = LENGTH / RATE
LOUDEST: Final = 32_767
FAINTEST: Final = -96.0  # decibels below the loudest: what silence is said to have

Samples: TypeAlias = npt.NDArray[np.int16]
Frame: TypeAlias = npt.NDArray[np.int16]

SILENCE: Final[Frame] = np.zeros(LENGTH, np.int16)
SILENCE.setflags(write=False)


def frame_of(data: bytes) -> Frame:
    """Raises ValueError where it is not 640 bytes long."""
    if len(data) != BYTES:
        raise ValueError(f"a frame has {BYTES} bytes, not {len(data)}")
    return samples_of(data)


def samples_of(data: bytes) -> Samples:
    """Raises ValueError for half a sample."""
    return np.frombuffer(data, "<i2").astype(np.int16, copy=False)


def bytes_of(samples: Samples) -> bytes:
    return samples.astype("<i2", copy=False).tobytes()


def clipped(sums: npt.NDArray[np.int32] | npt.NDArray[np.float64]) -> Samples:
    """What is too loud stays at the loudest; it never wraps around."""
    return np.minimum(np.maximum(sums, -LOUDEST - 1), LOUDEST).astype(np.int16)  # np.clip takes twice as long


def mixed(frames: Sequence[Frame]) -> Frame:
    if not frames:
        return SILENCE
    if len(frames) == 1:
        return frames[0]
    first, second, *others = frames
    summed = np.add(first, second, dtype=np.int32)
    for frame in others:
        summed += frame
    return clipped(summed)


def power(samples: Samples) -> float:
    """The mean square of them; 0 where there are none."""
    if not samples.size:
        return 0.0
    floats = samples.astype(np.float32)  # exact; its dot product takes a third of the time of squares of float64
    return float(floats @ floats) / samples.size


def decibels(power: float) -> float:
    """Below a square wave of full scale; a sine of full scale has -3."""
    return max(10 * math.log10(power / (LOUDEST + 1) ** 2), FAINTEST) if power else FAINTEST


def level(samples: Samples) -> float:
    """The decibels of their power."""
    return decibels(power(samples))


def split(samples: Samples) -> list[Frame]:
    """The last one is filled up with silence."""
    padded = np.pad(samples, (0, -len(samples) % LENGTH))
    padded.setflags(write=False)
    return list(padded.reshape(-1, LENGTH))
