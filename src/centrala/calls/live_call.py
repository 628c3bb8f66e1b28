"""One call as its node has it: the service's socket, the agent's socket, and what the customer hears meanwhile.

The database says what a call is; this object makes it heard. Whatever happens, `refresh` is told how things stand and
makes them so: it may come late, twice, or first in another process after this one has died.
"""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from time import monotonic
from uuid import UUID

import msgspec
from django.utils.timezone import now

from centrala.calls.leg import Leg
from centrala.calls.music import melody
from centrala.calls.outlet import Outlet

LINE_SECONDS = 5.0
GONE_SECONDS = 2.0
A_MOMENT = timedelta(seconds=20)
RECORDED = "yes"  # see models.Recorded


class Mode(StrEnum):
    """What the customer hears."""

    WAITING = "waiting"  # for an agent, or for the agent's browser
    TALKING = "talking"
    HELD = "held"
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
    recorded: str = ""
    pauses_on_hold: bool = False
    node: UUID | None = None

    @property
    def is_new(self) -> bool:
        """It began a moment ago: who takes it over later does not greet again."""
        return self.connected_at is not None and now() - self.connected_at < A_MOMENT


@dataclass(frozen=True)
class Agent:
    """The browser of an agent, connected."""

    person: int
    outlet: Outlet


class LiveCall:
    """`alone_since` and `silent_since`: since when the agent's browser, or the customer's sound, is missing."""

    def __init__(self, call: UUID, *, leg: Leg | None = None) -> None:
        self.leg = leg  # what the hub records of the agents itself
        self.standing = Standing(call)
        self.line: Outlet | None = None  # to the customer
        self.agent: Agent | None = None
        self.held = False
        self.silent_since: float | None = monotonic()
        self.alone_since: float | None = None
        self.greeted = self.parted = self.said = False  # what is said at the beginning and at the end, and all of it
        self.answering = self.leaving = self.dialled = False  # what is being asked of Azure
        self._asked = self._applied = 0
        self._spoke = monotonic()
        self._announced: deque[bytes] = deque()
        self._told: Mode | None = None
        self._music: Iterator[bytes] = iter(())

    @property
    def call(self) -> UUID:
        return self.standing.call

    @property
    def mode(self) -> Mode:
        if self.standing.over:
            return Mode.OVER
        if self.agent is None or self.agent.person != self.standing.agent:
            return Mode.WAITING
        return Mode.HELD if self.held else Mode.TALKING

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
        self.agent, self._told, self._spoke = agent, None, monotonic()
        self._changed()

    def leave(self, agent: Agent) -> None:
        if self.agent is agent:
            self.agent = None
            self._changed()

    def hold(self, agent: Agent, *, on: bool) -> None:
        if self.agent is agent:
            self.held, self._spoke = on, monotonic()
            self._changed()

    def announce(self, frames: Iterable[bytes]) -> None:
        """To the customer, before any music; an agent who talks is not interrupted."""
        if self.mode != Mode.TALKING:
            self._announced.extend(frames)

    @property
    def silent(self) -> bool:
        """Nothing more is to be said, or the line to say it into does not come."""
        if self.line is None:
            return self.silent_since is not None and monotonic() - self.silent_since > LINE_SECONDS
        return self.said and not self._announced

    def tick(self) -> None:
        """20 ms have passed: whoever is not talked to hears what is announced, or else music. A browser sends sound
        even where its microphone is mute: one that sends none is gone, and has not said so."""
        if self.line is None or (self.mode == Mode.TALKING and monotonic() - self._spoke < GONE_SECONDS):
            return
        if self._announced:
            self.line.put(self._announced.popleft())
        elif self.mode != Mode.OVER:
            self.line.put(self._next_of_music())

    def _next_of_music(self) -> bytes:
        frame = next(self._music, None)
        if frame is None:
            self._music = itertools.cycle(melody())
            frame = next(self._music)
        return frame

    def from_customer(self, frame: bytes) -> None:
        if self.agent is not None and self.mode == Mode.TALKING:
            self.agent.outlet.put(frame)

    def from_agent(self, frame: bytes, agent: Agent) -> None:
        """Of an agent whose call it is not any more nothing is heard."""
        self._spoke = monotonic() if agent is self.agent else self._spoke
        if self.line is not None and agent is self.agent and self.mode == Mode.TALKING:
            self.line.put(frame)
            if self.leg is not None and self.standing.recorded == RECORDED:
                self.leg.write(frame)

    def _changed(self) -> None:
        has_agent = self.standing.agent is not None and not self.standing.over
        if not has_agent or self.mode != Mode.WAITING:
            self.alone_since = None
        elif self.alone_since is None:
            self.alone_since = monotonic()
        if self.agent is not None and self.agent.person != self.standing.agent and not self.standing.over:
            self.agent.outlet.say(_word(Mode.WAITING))  # it is somebody else's now
            self.agent.outlet.end()
            self.agent = None
        if self.agent is not None and self.mode != self._told:
            self._told = self.mode
            self.agent.outlet.say(_word(self.mode))
            if self.mode == Mode.OVER:
                self.agent.outlet.end()
        if self.line is not None and self.mode == Mode.TALKING:
            self._announced.clear()
            self.line.clear()  # the agent is heard now, not after the rest of the music


def _word(mode: str) -> str:
    return msgspec.json.encode({"kind": "mode", "mode": mode}).decode()
