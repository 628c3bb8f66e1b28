"""What the database says of a call, as its node has it; and what its customer hears then."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.utils.timezone import now

A_MOMENT = timedelta(seconds=20)
LONGEST = timedelta(hours=2)  # of a call; so does the original


class Mode(StrEnum):
    """What the customer hears."""

    RINGING = "ringing"  # nothing yet: it is the agent who hears that it rings
    WAITING = "waiting"  # for an agent, or for the agent's browser
    TALKING = "talking"
    HELD = "held"
    SPEAKING = "speaking"  # nothing: it is the customer who speaks, to be kept as a voicemail
    OVER = "over"


@dataclass(frozen=True)
class Advice:
    """A number outside that is consulted. `wanted` is false of one whose agent has the call no more."""

    id: UUID
    asked_at: datetime
    longest: timedelta
    answered_at: datetime | None = None
    named: bool = False  # Azure has been asked, and said what the call is
    wanted: bool = True
    handed: bool = False  # the customer talks with it, and no agent does


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
    lent: timedelta | None = None  # of a trial's number: so long it may last by now
    ending: str = ""  # of a call that no customer answered
    recorded: str = ""
    transcribed: str = ""
    pauses_on_hold: bool = False
    node: UUID | None = None
    voicemail: bool = False
    outside: bool = False  # a number outside is to be called for the caller, or being called
    offers_call_back: bool = False
    tells_position: bool = False
    tells_wait: bool = False
    wait_music: int | None = None  # a Sound of one's own
    hold_music: int | None = None
    asks_to_record: str = ""  # how, of one who has not answered; see workstreams.models.Consent
    held: bool = False  # by the agent
    deserted: bool = False  # its agent does not work here any more
    consulted: frozenset[int] = frozenset()  # colleagues whom the agent has asked in, and who came
    asks_until: datetime | None = None  # a colleague who has not answered
    advice: Advice | None = None

    @property
    def is_new(self) -> bool:
        """It began a moment ago: who takes it over later does not greet again, nor does who called."""
        return not self.outbound and self.connected_at is not None and now() - self.connected_at < A_MOMENT

    @property
    def is_handed_on(self) -> bool:
        """To a number outside; no agent has the call any more."""
        return self.advice is not None and self.advice.handed
