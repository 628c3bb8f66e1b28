"""Where the parties of one call hear each other."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from centrala_sound.frames import SILENCE, Frame, mixed
from centrala_sound.seams import Seam
from localazure.media.party import Party
from localazure.media.playing import Done, Playable, Playing


@dataclass(frozen=True)
class Moment:
    """What was said in one 20 ms of a room, the `number`th since the room was made.

    `voices` has every party, with SILENCE for whoever is silent, muted or on hold; `injected` are those of them that
    come from an application's socket; `played` is what was played to everybody.
    """

    number: int
    voices: Mapping[str, Frame]
    injected: frozenset[str]
    played: tuple[Frame, ...]

    @cached_property
    def mixed(self) -> Frame:
        return mixed(audible([*self.voices.values(), *self.played]))

    @cached_property
    def without_injected(self) -> Frame:
        return mixed(audible([*self.uninjected.values(), *self.played]))

    @cached_property
    def uninjected(self) -> Mapping[str, Frame]:
        """What the parties themselves said."""
        if not self.injected:
            return self.voices
        return {raw_id: frame for raw_id, frame in self.voices.items() if raw_id not in self.injected}


Tap = Callable[[Moment], None]


@dataclass
class _Place:
    party: Party
    muted: bool = False
    held: bool = False
    seam: Seam = field(default_factory=Seam)

    def voice(self) -> Frame:
        """The party speaks in any case, so that its queue runs on; muted or on hold nobody hears it."""
        said = self.party.speak()
        frame = self.seam(None if self.muted or self.held else said)
        return SILENCE if frame is None else frame


class Room:
    """Parties by their raw ids. Whoever is told something by `tick` may change the room meanwhile; that holds from the
    next 20 ms on."""

    def __init__(self) -> None:
        self.number = 0
        self._places: dict[str, _Place] = {}
        self._playing: list[Playing] = []
        self._taps: list[Tap] = []

    @property
    def parties(self) -> tuple[str, ...]:
        return tuple(self._places)

    def join(self, raw_id: str, party: Party) -> None:
        if raw_id in self._places:
            raise ValueError("this party is in the room already")
        self._places[raw_id] = _Place(party)

    def leave(self, raw_id: str) -> None:
        """Nothing where it is not there. What was played to nobody else is cancelled."""
        if self._places.pop(raw_id, None) is None:
            return
        for playing in tuple(self._playing):
            if playing.to is not None and raw_id in playing.to and not playing.to & self._places.keys():
                playing.cancel()

    def mute(self, raw_id: str, muted: bool) -> None:
        """Raises KeyError for who is not in the room, as `hold` does."""
        self._places[raw_id].muted = muted

    def hold(self, raw_id: str, held: bool) -> None:
        """On hold a party hears what is played to it and nothing else, and nobody hears it."""
        self._places[raw_id].held = held

    def play(
        self, sound: Playable, *, to: Collection[str] | None = None, loop: bool = False, done: Done | None = None
    ) -> Playing:
        playing = Playing(sound, to=to, loop=loop, done=done)
        self._playing.append(playing)
        return playing

    def listen(self, tap: Tap) -> None:
        self._taps.append(tap)

    def unlisten(self, tap: Tap) -> None:
        if tap in self._taps:
            self._taps.remove(tap)

    def close(self) -> None:
        """Everything that plays is cancelled, nobody is left."""
        for playing in self._playing:
            playing.cancel()
        self._playing.clear()
        self._taps.clear()
        self._places.clear()

    def tick(self) -> None:
        places = tuple(self._places.items())
        voices = {raw_id: place.voice() for raw_id, place in places}
        played = self._play_on()
        for raw_id, place in places:
            place.party.hear(_heard(raw_id, place, voices, played))
        if self._taps:
            self._tell(
                Moment(
                    self.number,
                    voices,
                    frozenset(raw_id for raw_id, place in places if place.party.injected),
                    tuple(frame for playing, frame in played if playing.to is None),
                )
            )
        self.number += 1

    def _play_on(self) -> list[tuple[Playing, Frame]]:
        if not self._playing:
            return []
        frames = [(playing, playing.next()) for playing in tuple(self._playing)]
        self._playing = [playing for playing in self._playing if not playing.gone]
        return [(playing, frame) for playing, frame in frames if frame is not None]

    def _tell(self, moment: Moment) -> None:
        for tap in tuple(self._taps):
            tap(moment)


def audible(frames: Iterable[Frame]) -> list[Frame]:
    return [frame for frame in frames if frame is not SILENCE]


def _heard(raw_id: str, place: _Place, voices: Mapping[str, Frame], played: list[tuple[Playing, Frame]]) -> Frame:
    others = () if place.held else (frame for other, frame in voices.items() if other != raw_id)
    return mixed(audible([*others, *(frame for playing, frame in played if playing.reaches(raw_id))]))
