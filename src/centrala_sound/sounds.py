"""Sounds that can be played: from files, from tones, and from text by `speech`."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import numpy as np

from centrala_sound import wav
from centrala_sound.frames import LENGTH, RATE, Frame, Samples
from centrala_sound.seams import ended
from centrala_sound.wav import UnfitSound

LONGEST_SECONDS: Final = 30 * 60
PEAK: Final = 9_000
FADE: Final = 80  # samples, 5 ms

# https://www.itu.int/rec/T-REC-Q.23
LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYS: Final = "123A456B789C*0#D"
PAIRS: Final = {key: (LOW[place // 4], HIGH[place % 4]) for place, key in enumerate(KEYS)}


@dataclass(frozen=True, eq=False)
class Sound:
    """One channel of 16,000 samples a second."""

    name: str
    samples: Samples

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE

    def frame(self, number: int, *, loop: bool = False) -> Frame | None:
        """None past the end. A loop goes on at its first sample in the middle of a frame."""
        begin = number * LENGTH
        if loop and self.samples.size:
            begin %= self.samples.size
        part = self.samples[begin : begin + LENGTH]
        if len(part) == LENGTH:
            return part
        if loop and self.samples.size:
            return np.take(self.samples, np.arange(begin, begin + LENGTH), mode="wrap")
        return ended(part) if part.size else None


def from_wav(content: bytes, name: str = "") -> Sound:
    """`name` may be an address. Raises UnfitSound with the reason."""
    label = PurePath(name).name or "the sound"
    try:
        return Sound(label, wav.samples_in(wav.read(content), longest_seconds=LONGEST_SECONDS))
    except UnfitSound as error:
        raise UnfitSound(f"{label} {error}.") from None


def tone(*hertz: float, seconds: float, peak: int = PEAK) -> Sound:
    """The sines together, each of that peak; silence where there is none. Begins and ends softly."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave_form = sum((np.sin(2 * np.pi * one * time) for one in hertz), np.zeros(len(time)))
    ramp = np.minimum(np.minimum(np.arange(len(time)), np.arange(len(time))[::-1]) / FADE, 1)
    return Sound("tone", np.clip(np.rint(peak * ramp * wave_form), -32768, 32767).astype(np.int16))


def joined(name: str, *sounds: Sound) -> Sound:
    return Sound(name, np.concatenate([one.samples for one in sounds] or [np.zeros(0, np.int16)]))


def dtmf(keys: str, *, seconds: float = 0.1, pause: float = 0.1) -> Sound:
    """Raises UnfitSound where one is none of 0-9, A-D, * and #."""
    if strange := [key for key in keys.upper() if key not in PAIRS]:
        raise UnfitSound(f"'{strange[0]}' is no key of a telephone.")
    gap = tone(seconds=pause)
    pressed = [(tone(*PAIRS[key], seconds=seconds), gap) for key in keys.upper()]
    return joined("keys", *(part for pair in pressed for part in pair))


def ring_back() -> Sound:
    """To be looped, as `busy` is; the cadences of North America."""
    return joined("ring back", tone(440, 480, seconds=2, peak=PEAK // 2), tone(seconds=4))


def busy() -> Sound:
    return joined("busy", tone(480, 620, seconds=0.5, peak=PEAK // 2), tone(seconds=0.5))
