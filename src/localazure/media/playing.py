"""Something that is played to parties of a room."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from localazure.media.frames import Frame
from localazure.media.seams import Seam

Done = Callable[[bool], None]


class Playable(Protocol):
    """A `sounds.Sound`: whole frames, and the same for a loop, whose end runs into its beginning."""

    @property
    def frames(self) -> Sequence[Frame]: ...

    @property
    def looped(self) -> Sequence[Frame]: ...


class Playing:
    """`to` None is everybody in the room, whoever comes later as well. `done` is told once: True at the sound's own
    end, False where it was cancelled or the room was closed. A loop has no end of its own."""

    def __init__(self, sound: Playable, *, to: Collection[str] | None, loop: bool, done: Done | None) -> None:
        self.to = None if to is None else frozenset(to)
        self.loop = loop
        self.over = False
        self._frames = sound.looped if loop else sound.frames
        self._done = done
        self._place = 0
        self._seam = Seam()
        self.gone = False  # over, and its last frame was heard

    def cancel(self) -> None:
        self._end(completed=False)

    def reaches(self, raw_id: str) -> bool:
        return self.to is None or raw_id in self.to

    def next(self) -> Frame | None:
        """None where nothing is left; a sound that is cut falls off in one more frame."""
        if not self.over and self._place == len(self._frames):
            self._begin_again()
        if self.over:
            self.gone = True
            return self._seam(None)
        self._place += 1
        return self._seam(self._frames[self._place - 1])

    def _begin_again(self) -> None:
        self._place = 0
        if not (self.loop and self._frames):
            self._end(completed=True)

    def _end(self, *, completed: bool) -> None:
        if not self.over:
            self.over = True
            if self._done:
                self._done(completed)
