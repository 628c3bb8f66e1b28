"""One call as its node has it: the service's socket, the agent's socket, and what the customer hears meanwhile.

The database says what a call is; this object makes it heard. Whatever happens, `refresh` is told how things stand and
makes them so: it may come late, twice, or first in another process after this one has died.
"""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from time import monotonic
from uuid import UUID

import msgspec
from django.utils.timezone import now

from centrala.calls.leg import Leg
from centrala.calls.mixing import HEARS, Ear, Role
from centrala.calls.music import melody, ring_back
from centrala.calls.outlet import Outlet

LINE_SECONDS = 5.0
GONE_SECONDS = 2.0
LONGEST_MESSAGE = 300.0  # seconds of a voicemail, as in the original
A_MOMENT = timedelta(seconds=20)
LONGEST = timedelta(hours=2)  # of a call; so does the original
RECORDED = "yes"  # see models.Recorded


class Mode(StrEnum):
    """What the customer hears."""

    RINGING = "ringing"  # nothing yet: it is the agent who hears that it rings
    WAITING = "waiting"  # for an agent, or for the agent's browser
    TALKING = "talking"
    HELD = "held"
    SPEAKING = "speaking"  # nothing: it is the customer who speaks, to be kept as a voicemail
    OVER = "over"


@dataclass(frozen=True)
class Standing:
    """How things stand in the database. `agent` has the call; `over` is for the customer, `ended` for the service."""

    call: UUID
    conversation: UUID | None = None
    over: bool = False
    ended: bool = False
    agent: int | None = None
    connected_at: datetime | None = None
    rings_since: datetime | None = None  # of a customer who is being called
    outbound: bool = False
    longest: timedelta = LONGEST
    ending: str = ""  # of a call that no customer answered
    recorded: str = ""
    transcribed: str = ""
    pauses_on_hold: bool = False
    node: UUID | None = None
    voicemail: bool = False
    offers_call_back: bool = False
    tells_position: bool = False
    tells_wait: bool = False
    wait_music: int | None = None  # a Sound of one's own
    hold_music: int | None = None
    asks_to_record: str = ""  # how, of one who has not answered; see workstreams.models.Consent

    @property
    def is_new(self) -> bool:
        """It began a moment ago: who takes it over later does not greet again, nor does who called."""
        return not self.outbound and self.connected_at is not None and now() - self.connected_at < A_MOMENT


@dataclass(frozen=True)
class Agent:
    """The browser of an agent, connected; or of somebody who keeps them company in another role."""

    person: int
    outlet: Outlet
    role: Role = Role.AGENT
    name: str = ""


class LiveCall:
    """`alone_since` and `silent_since`: since when the agent's browser, or the customer's sound, is missing."""

    def __init__(self, call: UUID, *, leg: Leg | None = None, message: Leg | None = None) -> None:
        self.leg = leg  # what the hub records of the agents itself
        self.message = message  # the customer's voicemail
        self.standing = Standing(call)
        self.line: Outlet | None = None  # to the customer
        self.agent: Agent | None = None
        self.company: list[Agent] = []  # supervisors: who listens, coaches, or has joined
        self.held = False
        self.silent_since: float | None = monotonic()
        self.alone_since: float | None = None
        self.keys = ""  # that the customer pressed, and nobody has looked at
        self.prompted = False  # for a voicemail
        self.greeted = self.parted = self.said = False  # what is said at the beginning and at the end, and all of it
        self.answering = self.leaving = self.dialled = False  # what is being asked of Azure
        self._asked = self._applied = 0
        self._spoke = monotonic()
        self._announced: deque[bytes] = deque()
        self._insisted: deque[bytes] = deque()
        self._told: Mode | None = None  # to the agent
        self._before = Mode.WAITING
        self._music: Iterator[bytes] = iter(())
        self.tunes: dict[int, Sequence[bytes]] = {}  # of one's own, by the Sound's key
        self._tune: Sequence[bytes] | None = None  # which is played
        self._ringing: Iterator[bytes] = iter(())
        self._customer = Ear(Role.CUSTOMER, self._to_customer)
        self._ears: dict[Agent, Ear] = {}  # of the agent and of the company
        self._introduced: list[tuple[str, str]] = []

    @property
    def call(self) -> UUID:
        return self.standing.call

    @property
    def mode(self) -> Mode:
        if self.standing.over:
            return Mode.OVER
        if self.standing.rings_since is not None:
            return Mode.RINGING
        if self._has_agent:
            return Mode.HELD if self.held else Mode.TALKING
        if any(one.role == Role.JOINED for one in self.company):
            return Mode.TALKING
        return Mode.SPEAKING if self.standing.voicemail else Mode.WAITING

    @property
    def _has_agent(self) -> bool:
        return self.agent is not None and self.agent.person == self.standing.agent

    def asks(self) -> int:
        """Somebody looks how things stand: the number to come back with."""
        self._asked += 1
        return self._asked

    def refresh(self, standing: Standing, turn: int | None = None) -> None:
        """What was looked up before something that is known already is not news."""
        if turn is not None and turn < self._applied:
            return
        self._applied = self._applied if turn is None else turn
        if standing.agent != self.standing.agent:
            self.held = False
            self.alone_since = None
        if self.standing.rings_since is not None and standing.rings_since is None and self.line is None:
            self.silent_since = monotonic()  # only now is there anything to hear
        self.standing = standing
        self._changed()

    def found(self, line: Outlet) -> None:
        """The service's socket is there; of two of them the later one."""
        if self.line is not None:
            self.line.end()
        self.line, self.silent_since, self.dialled = line, None, False

    def lost(self, line: Outlet) -> None:
        if self.line is line:
            self.line, self.silent_since = None, monotonic()

    def join(self, agent: Agent) -> None:
        """The browser of an agent; of two of them the later one has the call."""
        if self.agent is not None:
            self.agent.outlet.say(_word("elsewhere"))
            self.agent.outlet.end()
        self.agent, self._told, self._spoke, self._introduced = agent, None, monotonic(), []
        self._changed()

    def leave(self, agent: Agent) -> None:
        if self.agent is agent:
            self.agent = None
            self._changed()

    def accompany(self, guest: Agent) -> None:
        """In another role, or another window, somebody is there once."""
        for one in [one for one in self.company if one.person == guest.person]:
            self.company.remove(one)
            one.outlet.say(_word("elsewhere"))
            one.outlet.end()
        self.company.append(guest)
        guest.outlet.say(_word(guest.role))
        self._changed()

    def part(self, guest: Agent) -> None:
        if guest in self.company:
            self.company.remove(guest)
            self._changed()

    def hold(self, agent: Agent, *, on: bool) -> None:
        if self.agent is agent:
            self.held, self._spoke = on, monotonic()
            self._changed()

    def announce(self, frames: Iterable[bytes]) -> None:
        """To the customer, before any music; an agent who talks is not interrupted."""
        if self.mode != Mode.TALKING:
            self._announced.extend(frames)

    def insist(self, frames: Iterable[bytes]) -> None:
        """To the customer, before anything else; an agent who talks meanwhile is not heard."""
        self._insisted.extend(frames)

    @property
    def insists(self) -> bool:
        return bool(self._insisted)

    @property
    def is_told(self) -> bool:
        """Something is being said to the customer."""
        return bool(self._announced)

    @property
    def message_begun(self) -> bool:
        return self.message is not None and self.message.written

    @property
    def message_complete(self) -> bool:
        return self.message is not None and self.message.seconds >= LONGEST_MESSAGE

    @property
    def silent(self) -> bool:
        """Nothing more is to be said, or the line to say it into does not come."""
        if self.standing.outbound and self.standing.connected_at is None:
            return True
        if self.line is None:
            return self.silent_since is not None and monotonic() - self.silent_since > LINE_SECONDS
        return self.said and not self._announced

    def tick(self) -> None:
        """20 ms have passed: whoever is not talked to hears what is announced, or else music. A browser sends sound
        even where its microphone is mute: one that sends none is gone, and has not said so."""
        for ear in (self._customer, *self._ears.values()):
            ear.tick()
        if self.line is not None and self._insisted:
            self.line.put(self._insisted.popleft())
            return
        if self.mode == Mode.RINGING:
            self._ring_back()
        if self.line is None or (self.mode == Mode.TALKING and monotonic() - self._spoke < GONE_SECONDS):
            return
        if self._announced:
            self.line.put(self._announced.popleft())
        elif self.mode not in {Mode.OVER, Mode.SPEAKING, Mode.RINGING}:
            self.line.put(self._next_of_music())

    def _ring_back(self) -> None:
        if self.agent is None or not self._has_agent:
            return
        frame = next(self._ringing, None)
        if frame is None:
            self._ringing = itertools.cycle(ring_back())
            frame = next(self._ringing)
        self.agent.outlet.put(frame)

    def _next_of_music(self) -> bytes:
        wanted = self.standing.hold_music if self.mode == Mode.HELD else self.standing.wait_music
        tune = self.tunes.get(wanted) if wanted is not None else None
        if tune is not self._tune:
            self._tune, self._music = tune, iter(())
        frame = next(self._music, None)
        if frame is None:
            self._music = itertools.cycle(tune or melody())
            frame = next(self._music)
        return frame

    def pressed(self, key: str) -> None:
        """By the customer."""
        if self.agent is not None:
            self.agent.outlet.say(msgspec.json.encode({"kind": "key", "key": key}).decode())

    def from_customer(self, frame: bytes) -> None:
        if self.mode == Mode.SPEAKING and self.message is not None and self.prompted and not self._announced:
            self.message.write(frame)
        if self.mode == Mode.TALKING:
            for ear in self._ears.values():
                ear.hear(frame, Role.CUSTOMER, Role.CUSTOMER)

    def from_agent(self, frame: bytes, agent: Agent) -> None:
        """Or from their company. Of an agent whose call it is not any more nothing is heard."""
        if agent is not self.agent and agent not in self.company:
            return
        if agent is self.agent or agent.role == Role.JOINED:
            self._spoke = monotonic()
        if self.mode != Mode.TALKING:
            return
        self._customer.hear(frame, agent.role, agent)
        for other, ear in self._ears.items():
            if other is not agent:
                ear.hear(frame, agent.role, agent)

    def _to_customer(self, frame: bytes) -> None:
        if self.line is None or self._insisted:
            return
        self.line.put(frame)
        if self.leg is not None and self.standing.recorded == RECORDED:
            self.leg.write(frame)

    def _changed(self) -> None:
        self._let_go_of_company()
        misses_agent = self.standing.agent is not None and not self.standing.over and not self._has_agent
        self.alone_since = (self.alone_since or monotonic()) if misses_agent else None
        if self.agent is not None and self.agent.person != self.standing.agent and not self.standing.over:
            self.agent.outlet.say(_word(Mode.WAITING))  # it is somebody else's now
            self.agent.outlet.end()
            self.agent = None
        self._listen()
        if self.agent is not None and self.mode != self._told:
            self._told = self.mode
            self.agent.outlet.say(_word(self.mode, self.standing.ending if self.mode == Mode.OVER else ""))
            if self.mode == Mode.OVER:
                self.agent.outlet.end()
        if self.mode == Mode.TALKING:
            self._announced.clear()
            if self._before == Mode.RINGING:
                self._spoke = monotonic()  # before it there was nobody to speak to
            if self._before != Mode.TALKING and self.line is not None:
                self.line.clear()  # the agent is heard now, not after the rest of the music
        self._before = self.mode

    def _let_go_of_company(self) -> None:
        """Of those whose call it is now, and of all when it is over."""
        for guest in [one for one in self.company if self.standing.over or one.person == self.standing.agent]:
            self.company.remove(guest)
            guest.outlet.say(_word(Mode.OVER))
            guest.outlet.end()

    def _listen(self) -> None:
        """Everybody hears those who are there now, and the agent is told who they are."""
        there = [self.agent, *self.company] if self.agent is not None and self._has_agent else list(self.company)
        self._ears = {one: self._ears.get(one) or Ear(one.role, one.outlet.put) for one in there}
        self._customer.among(one.role for one in there)
        for one, ear in self._ears.items():
            ear.among([Role.CUSTOMER, *(other.role for other in there if other is not one)])
        heard = [(one.name, one.role.value) for one in self.company if one.role in HEARS[Role.AGENT]]
        if self.agent is not None and heard != self._introduced:
            self._introduced = heard
            self.agent.outlet.say(_company(heard))


def _word(mode: str, ending: str = "") -> str:
    return msgspec.json.encode({"kind": "mode", "mode": mode} | ({"ending": ending} if ending else {})).decode()


def _company(heard: list[tuple[str, str]]) -> str:
    return msgspec.json.encode(
        {"kind": "company", "people": [{"name": name, "role": role} for name, role in heard]}
    ).decode()
