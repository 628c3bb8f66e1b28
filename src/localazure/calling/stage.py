"""Where a call is heard: its room, who stands in it, and the time that passes there.

What imports this module needs numpy: `sound` loads it with the first call.
"""

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import count

from centrala_sound.frames import SECONDS
from centrala_sound.sounds import Sound
from localazure.media.metronome import Metronome
from localazure.media.party import Party
from localazure.media.room import Room

Do = Callable[[], None]
Pressed = Callable[[str, str], None]  # by whom, which key
Said = Callable[[str, str, float], None]  # by whom, which text, how long that takes


class Timer:
    """Something to be done when the room's time has come, unless it is called off."""

    def __init__(self, do: Do) -> None:
        self.do: Do | None = do

    def cancel(self) -> None:
        self.do = None


class Stage:
    """One beat after the other; all that happens in a call by itself happens on one of them, so that moving the cloud's
    clock brings everything in the order in which it would have come."""

    def __init__(self, metronome: Metronome) -> None:
        self.room = Room()
        self.closed = False
        self.on_key: list[Pressed] = []
        self.on_text: list[Said] = []
        self.said: dict[str, float] = {}  # until when each party says its last text, in `seconds`
        self._metronome = metronome
        self._due: list[tuple[int, int, Timer]] = []
        self._numbers = count()
        self._parties: dict[str, Party] = {}
        metronome.add(self)

    @property
    def seconds(self) -> float:
        """Since it was made."""
        return self.room.number * SECONDS

    def tick(self) -> None:
        self.room.tick()
        while self._due and self._due[0][0] <= self.room.number:
            timer = heappop(self._due)[2]
            if timer.do:
                timer.do()

    def after(self, seconds: float, do: Do) -> Timer:
        timer = Timer(do)
        heappush(self._due, (self.room.number + max(round(seconds / SECONDS), 1), next(self._numbers), timer))
        return timer

    def enter(self, raw_id: str, party: Party, *, muted: bool = False, held: bool = False) -> None:
        self._parties[raw_id] = party
        self.room.join(raw_id, party)
        self.room.mute(raw_id, muted)
        self.room.hold(raw_id, held)

    def leave(self, raw_id: str) -> Party | None:
        self.room.leave(raw_id)
        return self._parties.pop(raw_id, None)

    def press(self, raw_id: str, key: str) -> None:
        for told in tuple(self.on_key):
            told(raw_id, key)

    def say(self, raw_id: str, text: str, seconds: float) -> None:
        self.said[raw_id] = self.seconds + seconds
        for told in tuple(self.on_text):
            told(raw_id, text, seconds)

    def play(
        self, sound: Sound, *, to: Sequence[str] | None, loop: bool = False, done: Callable[[bool], None] | None = None
    ) -> Do:
        """Returns what stops it."""
        return self.room.play(sound, to=to, loop=loop, done=done).cancel

    def forward(self, seconds: float) -> None:
        for _ in range(round(seconds / SECONDS)):
            if self.closed:
                return
            self.tick()

    def close(self) -> None:
        self.closed = True
        self._metronome.remove(self)
        self._due.clear()
        self.on_key.clear()
        self.on_text.clear()
        self._parties.clear()
        self.room.close()
