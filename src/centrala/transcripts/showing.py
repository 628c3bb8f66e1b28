"""The transcript of a conversation as its page shows it."""

from dataclasses import dataclass
from datetime import datetime

from centrala.calls.models import Call, CallState, Recorded, Transcript, TranscriptState
from centrala.calls.queries import said_in
from centrala.calls.taping import may_be_transcribed
from centrala.conversations.models import Conversation, ConversationState, Speaker, Spoken
from centrala.organization.models import User
from centrala.recordings.access import joined_heard_by
from centrala.recordings.models import Joined
from centrala.transcripts.access import calls_read_by

ACTS = {Recorded.NO: "transcribe", Recorded.YES: "pause", Recorded.HELD: "pause", Recorded.PAUSED: "resume"}


@dataclass(frozen=True)
class Said:
    """`at` is in seconds since the recording that is listened to began, or else since the call stood."""

    row: Spoken
    at: float

    @property
    def clock(self) -> str:
        minutes, rest = divmod(int(self.at), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@dataclass(frozen=True)
class Shown:
    """`may` is what the reader may do; `joined` is there for those who may listen."""

    call: Call
    transcript: Transcript | None
    may: str
    may_read: bool
    joined: Joined | None
    lines: list[Said]

    @property
    def over(self) -> bool:
        return self.call.state == CallState.ENDED

    @property
    def wanted(self) -> bool:
        return self.call.transcribed != Recorded.NO

    @property
    def running(self) -> bool:
        if self.transcript is None or self.over:
            return False
        return self.transcript.state == TranscriptState.RUNNING and self.call.transcribed == Recorded.YES

    @property
    def one_sided(self) -> bool:
        """What agents say goes to the caller through the hub, and Azure may not write that down."""
        return not any(line.row.speaker == Speaker.AGENT for line in self.lines)


def shown(user: User, conversation: Conversation) -> Shown | None:
    """None where there is nothing to say: no call, or one that nobody wanted written down."""
    call = Call.objects.filter(conversation=conversation).first()
    if call is None:
        return None
    may_read = calls_read_by(user).filter(pk=call.pk).exists()
    joined = joined_heard_by(user).filter(call=call).first() if may_read else None
    rows = said_in(call) if may_read else []
    since = joined.began_at if joined else call.connected_at or call.rang_at
    lines = [Said(row, at(row, since)) for row in rows]
    transcript = Transcript.objects.filter(call=call).first()
    may = _act(user, conversation, call)
    found = Shown(call, transcript, may, may_read, joined, lines)
    return found if may or lines or found.wanted or transcript else None


def at(row: Spoken, since: datetime) -> float:
    return max((row.said_at - since).total_seconds(), 0.0)


def _act(user: User, conversation: Conversation, call: Call) -> str:
    """What is recorded pauses and goes on with its recording, by that one's button."""
    has_it = conversation.agent_id == user.pk and conversation.state == ConversationState.ACTIVE
    if not has_it or call.state != CallState.CONNECTED or not may_be_transcribed(conversation.workstream):
        return ""
    act = ACTS[Recorded(call.transcribed)]
    return act if act == "transcribe" or call.recorded == Recorded.NO else ""
