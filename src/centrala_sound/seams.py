"""Where a voice begins or breaks off in the middle of a wave, a ramp of 2.5 ms is heard instead of a click."""

import numpy as np

from centrala_sound.frames import LENGTH, SILENCE, Frame, Samples

RAMP = np.linspace(0, 1, 40, endpoint=False, dtype=np.float32)
UNHEARD = 64  # a step this small makes no click


class Seam:
    """Goes with one voice from frame to frame; None is silence."""

    def __init__(self) -> None:
        self._last = 0
        self._silent = True

    def __call__(self, frame: Frame | None) -> Frame | None:
        if frame is None or frame is SILENCE:
            return self._break_off()
        smooth = risen(frame) if self._silent and abs(int(frame[0])) > UNHEARD else frame
        self._silent, self._last = False, int(frame[-1])
        return smooth

    def _break_off(self) -> Frame | None:
        last, self._last, self._silent = self._last, 0, True
        return falling(last) if abs(last) > UNHEARD else None


def risen(frame: Frame) -> Frame:
    return joined(SILENCE, frame)


def falling(last: int) -> Frame:
    """From the last sample of a voice down to silence."""
    frame = np.zeros(LENGTH, np.int16)
    frame[: len(RAMP)] = last * (1 - RAMP)
    return frame


def joined(gone: Frame, frame: Frame) -> Frame:
    """Begins as what should have come and goes over into what comes instead."""
    smooth = frame.copy()
    head = slice(len(RAMP))
    smooth[head] = gone[head] * (1 - RAMP) + frame[head] * RAMP
    return smooth


def ended(part: Samples) -> Frame:
    """The last, shorter part of a sound."""
    frame = np.zeros(LENGTH, np.int16)
    frame[: len(part)] = part
    fall = frame[len(part) : len(part) + len(RAMP)]
    fall[:] = int(part[-1]) * (1 - RAMP[: len(fall)])
    return frame
