"""A telephone in somebody's browser: it calls, rings, and hears and speaks over the line that its page holds open."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from localazure.calling import arriving, dialling, entrances, identifiers, presence
from localazure.calling.model import Leg, LegState
from localazure.calling.results import BUSY, CALLER_GAVE_UP, DECLINED, NOBODY_ANSWERED, REJECTED, UNREACHABLE
from localazure.errors import INVALID_CONTROL
from localazure.world import World

if TYPE_CHECKING:  # it needs numpy
    from centrala_sound.frames import Frame
    from localazure.media.party import Queued

KEYS = frozenset("0123456789*#")
WHY = {BUSY: "busy", REJECTED: "declined", DECLINED: "declined", NOBODY_ANSWERED: "nobody", UNREACHABLE: "unreachable"}

Tell = Callable[[dict[str, str] | bytes], None]


class Handset:
    """`tell` is given what the page should know, and a frame of 640 bytes for each 20 ms that its call is heard.

    There is one for a number; the page that came last has it.
    """

    def __init__(self, world: World, number: str, tell: Tell) -> None:
        self.leg: Leg | None = None
        self._world, self._raw_id, self._tell = world, identifiers.of_number(number), tell
        self._party: Queued | None = None
        if before := world.calls.handsets.get(self._raw_id):
            before.close()
        world.calls.handsets[self._raw_id] = self
        tell({"state": "free"})
        for leg in waiting(world, self._raw_id):
            self.ring(leg)

    def call(self, to: str, through: str | None = None) -> None:
        """Through a trunk, where one is named. Raises ServiceError where that number cannot be called."""
        if self.leg:
            raise INVALID_CONTROL.of(reason="This telephone is in a call.")
        at = entrances.entrance(self._world, to, through)
        call = arriving.ring(self._world, caller=self._raw_id, at=at)
        self._take(call.legs[self._raw_id])
        self._tell({"state": "calling", "with": to})

    def ring(self, leg: Leg) -> bool:
        """Whether it does: not while it is in use."""
        if self.leg:
            return False
        self._take(leg)
        self._tell({"state": "rings", "with": _caller(leg)})
        return True

    def answer(self) -> None:
        if self.leg and self.leg.decided:
            dialling.decide(self._world, self.leg, None)

    def hang_up(self) -> None:
        """Also declines a call that rings, and gives up one that nobody has answered."""
        leg = self.leg
        if leg is None:
            return
        if leg.decided:
            dialling.decide(self._world, leg, DECLINED)
        elif leg.call.offer is not None and leg.raw_id == leg.call.caller:
            presence.end(self._world, leg.call, CALLER_GAVE_UP)
        else:
            presence.hang_up(self._world, leg)

    def press(self, key: str) -> None:
        """Nothing where nobody listens or no telephone has such a key."""
        if key in KEYS and self._talks and self.leg and self.leg.call.stage:
            self.leg.call.stage.press(self._raw_id, key)

    def feed(self, data: bytes) -> None:
        """What the microphone took in. Raises ValueError where it is no frame; outside a call it is lost."""
        if self._party:
            from centrala_sound.frames import frame_of

            self._party.feed(frame_of(data))

    def party(self) -> "Queued":
        """To stand in the room of its call."""
        from localazure.media.party import Queued

        self._party = Queued(self._hear)
        return self._party

    def changed(self) -> None:
        """The leg is told to be in its call, or out of it."""
        leg = self.leg
        if leg is None:
            return
        if leg.state is LegState.CONNECTED:
            self._tell({"state": "talks", "with": _caller(leg)})
        elif leg.state is LegState.GONE:
            leg.handset, self.leg, self._party = None, None, None
            self._tell({"state": "over", "why": WHY.get(leg.result, "ended") if leg.result else "ended"})

    def forget(self) -> None:
        """The cloud begins anew, and every call is gone."""
        if self.leg:
            self.leg = self._party = None
            self._tell({"state": "over", "why": "ended"})

    def close(self) -> None:
        """Its page is gone, or another has the number now."""
        self.hang_up()
        if self._world.calls.handsets.get(self._raw_id) is self:
            del self._world.calls.handsets[self._raw_id]
            self._tell({"state": "closed"})

    @property
    def _talks(self) -> bool:
        return self.leg is not None and self.leg.state is LegState.CONNECTED

    def _take(self, leg: Leg) -> None:
        leg.handset, self.leg = self, leg

    def _hear(self, frame: "Frame") -> None:
        from centrala_sound.frames import bytes_of

        self._tell(bytes_of(frame))


def waiting(world: World, raw_id: str) -> list[Leg]:
    """Where that telephone rings, and nobody has it."""
    legs = (call.legs.get(raw_id) for call in world.calls if not call.over)
    return [leg for leg in legs if leg is not None and leg.decided and leg.handset is None]


def _caller(leg: Leg) -> str:
    """The number of the other side, as far as one can be told."""
    call = leg.call
    if leg.raw_id == call.caller:
        return identifiers.number_of(call.callee)
    if leg.way and leg.way.last:
        return leg.way.last.caller_id
    numbers = (one.source_number or one.answered_for for one in call.held_by())
    return next((number for number in numbers if number), identifiers.number_of(call.caller))
