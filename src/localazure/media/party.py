"""Who takes part in a call, as the room sees it. `scripted.Scripted` is one more."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from centrala_sound.frames import Frame
from centrala_sound.seams import joined


class Party(Protocol):
    """Asked and told every 20 ms, in this order. What is heard belongs to everybody: it is not written into."""

    @property
    def injected(self) -> bool:
        """Whether its voice comes from an application's socket; recordings leave that out."""
        ...

    def speak(self) -> Frame | None:
        """None: silent."""
        ...

    def hear(self, frame: Frame) -> None: ...


class Silent:
    """Says nothing and hears nothing."""

    injected = False

    def speak(self) -> Frame | None:
        return None

    def hear(self, frame: Frame) -> None:
        return


class Queued:
    """Speaks what somebody feeds it from a socket, as smoothly as that allows, and passes on what it hears.

    After each silence it waits until `cushion` frames lie ready, so that a late one leaves no gap. What lies there
    beyond `most` is dropped, the oldest first: a conversation must not fall behind itself.
    """

    def __init__(
        self, heard: Callable[[Frame], None], *, cushion: int = 2, most: int = 10, injected: bool = False
    ) -> None:
        self.injected = injected
        self.dropped = 0
        self.gaps = 0  # times that nothing lay there in the middle of a voice, the end of a voice included
        self._heard = heard
        self._cushion, self._most = cushion, most
        self._frames: deque[Frame] = deque()
        self._speaking = False
        self._waited = 0

    @property
    def waiting(self) -> int:
        return len(self._frames)

    def feed(self, frame: Frame) -> None:
        self._frames.append(frame)
        if len(self._frames) > self._most:
            gone = self._frames.popleft()
            self._frames[0] = joined(gone, self._frames[0])
            self.dropped += 1

    def clear(self) -> None:
        """Says no more of what lies there."""
        self._frames.clear()
        self._speaking = False

    def speak(self) -> Frame | None:
        if not self._frames:
            self.gaps += self._speaking
            self._speaking = False
            return None
        if not self._speaking and not self._filled():
            return None
        self._speaking = True
        return self._frames.popleft()

    def hear(self, frame: Frame) -> None:
        self._heard(frame)

    def _filled(self) -> bool:
        """A single last word does not wait for ever: after as many frames as the cushion has, it is said as well."""
        self._waited += 1
        if len(self._frames) < self._cushion and self._waited <= self._cushion:
            return False
        self._waited = 0
        return True
