"""The recording of a conversation as its page shows it."""

from collections import Counter
from dataclasses import dataclass

from centrala.calls.models import Call, CallState, Recorded
from centrala.calls.taping import MAY, may_be_recorded
from centrala.conversations.models import Conversation, ConversationState
from centrala.organization.models import User
from centrala.recordings.access import calls_heard_by
from centrala.recordings.models import Chunk, ChunkState, Joined, Problem, Recording, RecordingState, Trouble

# What the agent who has the call can do about its recording.
ACTS = {Recorded.NO: "start", Recorded.YES: "pause", Recorded.HELD: "pause", Recorded.PAUSED: "resume"}


SPEEDS = (0.75, 1, 1.25, 1.5, 2)


@dataclass(frozen=True)
class Reason:
    """Why so many files are not as they should be."""

    problem: Problem
    detail: str
    count: int


@dataclass(frozen=True)
class Shown:
    """`may` is what the reader may do; `joined` is there for those who may listen."""

    call: Call
    may: str
    over: bool
    may_listen: bool
    joined: Joined | None
    recordings: list[Recording]
    chunks: list[Chunk]

    @property
    def waiting(self) -> list[Chunk]:
        return [chunk for chunk in self.chunks if chunk.state == ChunkState.WAITING]

    @property
    def wrong(self) -> list[Chunk]:
        return [chunk for chunk in self.chunks if chunk.problem]

    @property
    def reasons(self) -> list[Reason]:
        """Of files that are not fetched any more; each reason once."""
        found = Counter((one.problem, one.detail) for one in self.wrong if one.state != ChunkState.WAITING)
        return [Reason(Problem(problem), detail, count) for (problem, detail), count in found.items()]

    @property
    def speeds(self) -> tuple[float, ...]:
        return SPEEDS

    @property
    def missing(self) -> bool:
        return any(one.missing_since is not None for one in self.recordings)

    @property
    def expected(self) -> bool:
        """Its files may still come."""
        due = [one for one in self.recordings if one.state != RecordingState.REFUSED]
        return any(one.told_at is None and one.missing_since is None for one in due)

    @property
    def goes_on(self) -> bool:
        """Azure records, whatever is wanted."""
        return any(
            one.trouble == Trouble.RECORDED_ON and one.state == RecordingState.RUNNING for one in self.recordings
        )


def shown(user: User, conversation: Conversation) -> Shown | None:
    """None where there is nothing to say: no call, or one that nobody wanted recorded."""
    call = Call.objects.filter(conversation=conversation).first()
    if call is None:
        return None
    may_listen = calls_heard_by(user).filter(pk=call.pk).exists()
    recordings = list(call.recordings.order_by("started_at", "id"))
    chunks = list(Chunk.objects.filter(recording__call=call).order_by("index", "id")) if may_listen else []
    joined = Joined.objects.filter(call=call).first() if may_listen else None
    stopped = any(one.trouble == Trouble.STOPPED for one in recordings)
    may = "" if stopped else _act(user, conversation, call)
    found = Shown(call, may, call.state == CallState.ENDED, may_listen, joined, recordings, chunks)
    return found if may or joined or recordings or call.recorded != Recorded.NO or call.agreed else None


def _act(user: User, conversation: Conversation, call: Call) -> str:
    has_it = conversation.agent_id == user.pk and conversation.state == ConversationState.ACTIVE
    if not has_it or call.state != CallState.CONNECTED or not may_be_recorded(conversation.workstream):
        return ""
    act = ACTS[Recorded(call.recorded)]
    return act if act != "start" or call.agreed in MAY else ""
