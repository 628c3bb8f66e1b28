"""A caller who follows a script: says, plays, presses, waits, hangs up, and keeps what it heard."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from centrala_sound.frames import SECONDS, Frame
from centrala_sound.hearing import Hearing
from centrala_sound.sounds import PAIRS, Sound
from centrala_sound.speech import say
from centrala_sound.wav import UnfitSound

KEY_SECONDS = 0.1  # a key is held down so long, and as long passes before the next


@dataclass(frozen=True)
class Say:
    text: str
    language: str = "en"


@dataclass(frozen=True)
class Play:
    sound: Sound


@dataclass(frozen=True)
class Press:
    """As telephones do today, keys travel beside the sound: they are told, not heard."""

    keys: str


@dataclass(frozen=True)
class Wait:
    seconds: float


@dataclass(frozen=True)
class UntilSilence:
    """Until something was heard in this step, and then nothing for so many seconds; `most` bounds all of it."""

    seconds: float = 1.0
    most: float = 30.0


@dataclass(frozen=True)
class UntilSound:
    most: float = 30.0


@dataclass(frozen=True)
class HangUp:
    """Only told: whoever drives the room ends the call."""


Step: TypeAlias = Say | Play | Press | Wait | UntilSilence | UntilSound | HangUp


@dataclass(frozen=True)
class Began:
    step: Step
    seconds: float  # that the step takes, where that is known before


@dataclass(frozen=True)
class Ended:
    """`in_time` is False where a wait came to its `most`."""

    step: Step
    in_time: bool = True


@dataclass(frozen=True)
class Pressed:
    key: str


Told: TypeAlias = Callable[[Began | Ended | Pressed], None]
Pieces: TypeAlias = Iterator[Frame | None]
Performance: TypeAlias = Generator[Frame | None, None, bool]  # whether it ended in time


class Scripted:
    """A party. Its time is the room's: one frame for each beat. After the last step it stays and listens."""

    injected = False

    def __init__(self, steps: Sequence[Step], told: Told = lambda _: None) -> None:
        """Raises UnfitSound for texts that cannot be said and keys that no telephone has."""
        self.hearing = Hearing()
        self._told = told
        self._sounds = {step: say(step.text, step.language) for step in steps if isinstance(step, Say)}
        self._pieces = self._script(tuple(steps))
        for step in steps:
            if isinstance(step, Press) and (strange := set(step.keys.upper()) - PAIRS.keys()):
                raise UnfitSound(f"'{min(strange)}' is no key of a telephone.")

    def speak(self) -> Frame | None:
        return next(self._pieces, None)

    def hear(self, frame: Frame) -> None:
        self.hearing.hear(frame)

    def _script(self, steps: tuple[Step, ...]) -> Pieces:
        for step in steps:
            self._told(Began(step, self._length(step)))
            in_time = yield from self._perform(step)
            self._told(Ended(step, in_time))

    def _perform(self, step: Step) -> Performance:
        match step:
            case Say():
                yield from _pieces(self._sounds[step])
            case Play(sound):
                yield from _pieces(sound)
            case Press(keys):
                yield from self._press(keys.upper())
            case Wait(seconds):
                yield from _silence(seconds)
            case UntilSilence(seconds, most):
                return (yield from self._until_silence(seconds, most))
            case UntilSound(most):
                return (yield from self._until_sound(most))
            case HangUp():
                pass
        return True

    def _length(self, step: Step) -> float:
        match step:
            case Say():
                return self._sounds[step].seconds
            case Play(sound):
                return sound.seconds
            case Press(keys):
                return 2 * KEY_SECONDS * len(keys)
            case Wait(seconds):
                return seconds
        return 0.0

    def _press(self, keys: str) -> Pieces:
        for key in keys:
            self._told(Pressed(key))
            yield from _silence(2 * KEY_SECONDS)

    def _until_sound(self, most: float) -> Performance:
        for _ in range(_beats(most)):
            yield None
            if not self.hearing.silent_seconds:
                return True
        return False

    def _until_silence(self, seconds: float, most: float) -> Performance:
        something = False
        for _ in range(_beats(most)):
            yield None
            something = something or not self.hearing.silent_seconds
            if something and self.hearing.silent_seconds >= seconds - SECONDS / 2:
                return True
        return False


def _pieces(sound: Sound) -> Pieces:
    number = 0
    while (frame := sound.frame(number)) is not None:
        yield frame
        number += 1


def _silence(seconds: float) -> Pieces:
    for _ in range(_beats(seconds)):
        yield None


def _beats(seconds: float) -> int:
    return round(seconds / SECONDS)
