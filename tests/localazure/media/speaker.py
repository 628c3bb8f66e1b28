"""Ears for a room."""

import numpy as np

from centrala_sound.frames import Frame, Samples


class Speaker:
    """Says the frames it was given, then nothing, and keeps what it hears."""

    def __init__(self, said: list[Frame] | None = None, *, injected: bool = False) -> None:
        self.injected = injected
        self.heard: list[Frame] = []
        self._said = list(said or [])

    def speak(self) -> Frame | None:
        return self._said.pop(0) if self._said else None

    def hear(self, frame: Frame) -> None:
        self.heard.append(frame)

    @property
    def sound(self) -> Samples:
        return np.concatenate(self.heard)
