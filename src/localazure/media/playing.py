"""Something that is played to parties of a room."""

from collections.abc import Callable, Collection
from typing import Protocol

from centrala_sound.frames import Frame
from centrala_sound.seams import Seam

Done = Callable[[bool], None]


class Playable(Protocol):
    """A `sounds.Sound`."""

    def frame(self, number: int, *, loop: bool) -> Frame | None:
        """None past the end, and for every number where there is nothing to hear, also in a loop."""
        ...


class Playing:
    """`to` None is everybody in the room, whoever comes later as well. `done` is told once: True at the sound's own
    end, False where it was cancelled or the room was closed. A loop has no end of its own."""

    def __init__(self, sound: Playable, *, to: Collection[str] | None, loop: bool, done: Done | None) -> None:
        self.to = None if to is None else frozenset(to)
        self.loop = loop
        self.over = False
        self._sound = sound
        self._done = done
        self._number = 0
        self._seam = Seam()
        self.gone = False  # over, and its last frame was heard

    def cancel(self) -> None:
        self._end(completed=False)

    def reaches(self, raw_id: str) -> bool:
        return self.to is None or raw_id in self.to

    def next(self) -> Frame | None:
        """None where nothing is left; a sound that is cut falls off in one more frame."""
        frame = None if self.over else self._sound.frame(self._number, loop=self.loop)
        self._number += 1
        if frame is None:
            self.gone = True
            self._end(completed=True)
        return self._seam(frame)

    def _end(self, *, completed: bool) -> None:
        if not self.over:
            self.over = True
            if self._done:
                self._done(completed)
