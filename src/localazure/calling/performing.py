"""A telephone outside that follows a script, to which more can be added while it talks."""

from collections import deque
from collections.abc import Callable, Sequence

from centrala_sound import sounds
from centrala_sound.frames import Frame
from centrala_sound.hearing import Hearing
from localazure.media import scripted
from localazure.records.calling import Step

Told = Callable[[scripted.Began | scripted.Ended | scripted.Pressed], None]


class Performer:
    """A party of a room; what it heard is kept from its first script to its last."""

    injected = False

    def __init__(self, told: Told) -> None:
        self.hearing = Hearing()
        self._told = told
        self._waiting: deque[scripted.Scripted] = deque()
        self._now: scripted.Scripted | None = None
        self._busy = False

    @property
    def steps_left(self) -> int:
        return len(self._waiting) + self._busy

    def add(self, steps: Sequence[Step]) -> None:
        """Raises UnfitSound for a step that cannot be done."""
        for step in steps:  # a script of its own each, so that how many are left is known
            script = scripted.Scripted([performed(step)], self._hear_of)
            script.hearing = self.hearing
            self._waiting.append(script)

    def speak(self) -> Frame | None:
        if not self._busy and self._waiting:
            self._now, self._busy = self._waiting.popleft(), True
        return self._now.speak() if self._now and self._busy else None

    def hear(self, frame: Frame) -> None:
        self.hearing.hear(frame)

    def _hear_of(self, what: scripted.Began | scripted.Ended | scripted.Pressed) -> None:
        if isinstance(what, scripted.Ended):
            self._busy = False
        self._told(what)


def performed(step: Step) -> scripted.Step:
    """As the sound's side knows it. Raises UnfitSound for a WAV file that cannot be played."""
    if step.say is not None:
        return scripted.Say(step.say, step.language)
    if step.play is not None:
        return scripted.Play(sounds.from_wav(step.play))
    if step.press is not None:
        return scripted.Press(step.press)
    if step.until_silence is not None:
        return scripted.UntilSilence(step.until_silence, step.at_most)
    if step.until_sound:
        return scripted.UntilSound(step.at_most)
    return scripted.HangUp() if step.hang_up else scripted.Wait(step.wait or 0)


def fit(steps: Sequence[Step]) -> None:
    """Raises UnfitSound where one of them cannot be done."""
    Performer(lambda _: None).add(steps)
