"""Calls under way. They are kept in memory: no line outlives the switch it hangs on."""

import asyncio
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from localazure.calling.results import Result
from localazure.records.calling import Step

if TYPE_CHECKING:  # they need numpy, or this module
    from localazure.calling.bodies import MediaStreamingOptions
    from localazure.calling.direct_routing import Way
    from localazure.calling.handset import Handset
    from localazure.calling.operations import Operations
    from localazure.calling.performing import Performer
    from localazure.calling.stage import Stage
    from localazure.media.metronome import Metronome
    from localazure.media.recognising import Recognising
    from localazure.media.recorder import Recorder
    from localazure.media.streaming import Streaming

KEPT = 1000  # calls that have ended and can still be looked at


class LegState(StrEnum):
    RINGING = "ringing"
    CONNECTED = "connected"
    GONE = "gone"


class ConnectionState(StrEnum):
    CONNECTING = "connecting"
    CONNECTED = "connected"
    TRANSFERRING = "transferring"
    TRANSFER_ACCEPTED = "transferAccepted"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, kw_only=True)
class CustomContext:
    """What a caller's side sends along: headers of SIP and of calls over the internet."""

    sip: dict[str, str] = field(default_factory=dict)
    voip: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False, kw_only=True)
class Leg:
    """A party by its raw id. While it rings, `decided` waits for what comes of it: a result, None for an answer.

    `steps` is what its script says, until it is in a call: then the performer has them.
    """

    raw_id: str
    call: "Call"
    since: datetime
    state: LegState = LegState.RINGING
    custom: CustomContext = field(default_factory=CustomContext)
    decided: Callable[[Result | None], None] | None = None
    invitation: str = ""
    muted: bool = False
    held: bool = False
    result: Result | None = None
    steps: list[Step] = field(default_factory=list)
    performer: "Performer | None" = None
    entertained: Callable[[], None] | None = None  # stops what plays while it is on hold
    handset: "Handset | None" = None  # in a browser, instead of a script
    way: "Way | None" = None  # by a carrier of the organisation's own
    towards: "Call | None" = None  # which rings, and to which it is being transferred

    @property
    def steps_left(self) -> int:
        return self.performer.steps_left if self.performer else len(self.steps)


@dataclass(kw_only=True)
class Told:
    """A callback event and what became of it: `status` is the last answer, None where none came (yet)."""

    id: str
    kind: str
    at: datetime
    uri: str
    attempts: int = 0
    status: int | None = None


@dataclass(kw_only=True)
class Listening:
    """An application is told of each key of a party; `told` is how many it has heard of."""

    context: str | None
    uri: str | None
    told: int
    on: bool


@dataclass(eq=False, kw_only=True)
class Stream:
    """The stream that an application wished when it took the call; `socket` while it is dialled or open."""

    id: str
    url: str
    options: "MediaStreamingOptions"
    at_once: bool
    context: str | None = None
    uri: str | None = None
    socket: "Streaming | None" = None
    hears: Callable[[str, str], None] | None = None


@dataclass(eq=False, kw_only=True)
class Transcript:
    """The transcription that an application wished when it took the call; while it goes on, `on` ends it."""

    id: str
    url: str
    locale: str
    intermediate: bool
    at_once: bool
    context: str | None = None
    uri: str | None = None
    on: asyncio.Event | None = None
    recognising: "Recognising | None" = None  # once it has begun, where there is a recogniser

    @property
    def dropped(self) -> float:
        """Seconds of sound that were not listened to."""
        return self.recognising.dropped / 50 if self.recognising else 0.0


@dataclass(eq=False, kw_only=True)
class Connection:
    """An application's hold on a call. `last` is the delivery of what it was told last."""

    id: str
    call: "Call"
    callback_uri: str
    context: str | None
    state: ConnectionState = ConnectionState.CONNECTING
    source: str = ""  # a raw id
    source_number: str = ""
    source_name: str = ""
    targets: tuple[str, ...] = ()
    answered_by: str = ""  # the application's own raw id, where it has one
    answered_for: str = ""  # the number that was called
    ai: str = ""  # the AI resource's address
    stream: Stream | None = None
    transcript: Transcript | None = None
    operations: "Operations | None" = None
    listening: dict[str, Listening] = field(default_factory=dict)
    sequence: int = 0
    told: list[Told] = field(default_factory=list)
    last: "asyncio.Task[None] | None" = None

    @property
    def open(self) -> bool:
        return self.state is not ConnectionState.DISCONNECTED


@dataclass(eq=False, kw_only=True)
class Offer:
    """An incoming call that rings at `to`, until it is taken or `expires_at` has passed."""

    id: str
    to: str
    expires_at: datetime


@dataclass(eq=False, kw_only=True)
class Call:
    """`caller` and `callee` are the raw ids that it began with. Who is in it stands in `legs`, in order of arrival."""

    id: str
    resource: str
    server_call_id: str
    correlation_id: str
    inbound: bool
    caller: str
    callee: str
    made_at: datetime
    custom: CustomContext = field(default_factory=CustomContext)
    display_name: str = ""
    offer: Offer | None = None
    # Of one that came from another call, by a transfer: told once what came of it, None for an answer, and brings the
    # caller's leg then.
    brings: Callable[[Result | None], None] | None = None
    legs: dict[str, Leg] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    result: Result | None = None
    ended_at: datetime | None = None
    stage: "Stage | None" = None

    @property
    def over(self) -> bool:
        return self.ended_at is not None

    def talking(self) -> list[Leg]:
        return [one for one in self.legs.values() if one.state is LegState.CONNECTED]

    def alive(self) -> list[Leg]:
        return [one for one in self.legs.values() if one.state is not LegState.GONE]

    def held_by(self) -> list[Connection]:
        return [one for one in self.connections.values() if one.open]


@dataclass(eq=False, kw_only=True)
class Recording:
    """One that goes on. `uri` is where its state is told, empty for nowhere; `connection` the one that asked for it."""

    id: str
    call: Call
    connection: str
    uri: str
    unmixed: bool
    started_at: datetime
    recorder: "Recorder"
    over: bool = False
    told: list[Told] = field(default_factory=list)
    last: "asyncio.Task[None] | None" = None


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The first answer to a repeatable request; `content` is the digest of what was asked."""

    content: str
    at: datetime
    status: int
    body: object
    headers: Mapping[str, str]


class Calls:
    """All of them by id; those that have ended are forgotten in time. `secret` seals what only we may read."""

    def __init__(self) -> None:
        self.secret = secrets.token_bytes(32)
        self.answered: dict[str, Answered] = {}  # by resource and Repeatability-Request-ID, oldest first
        self.metronome: Metronome | None = None
        self.recordings: dict[str, Recording] = {}
        self.handsets: dict[str, Handset] = {}  # by raw id
        self._calls: dict[str, Call] = {}

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls.values()))

    def get(self, name: str) -> Call | None:
        return self._calls.get(name)

    def add(self, call: Call) -> Call:
        over = [one.id for one in self._calls.values() if one.over]
        for name in over[: max(len(over) - KEPT + 1, 0)]:
            del self._calls[name]
        self._calls[call.id] = call
        return call

    def connection(self, name: str) -> Connection | None:
        return next((one.connections[name] for one in self._calls.values() if name in one.connections), None)

    def clear(self) -> None:
        self.metronome = None
        self.recordings.clear()
        self.answered.clear()
        self._calls.clear()
        for handset in self.handsets.values():
            handset.forget()
