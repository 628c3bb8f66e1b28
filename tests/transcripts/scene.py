"""Calls that are written down."""

from datetime import datetime
from typing import Any

from centrala.calls import transcript
from centrala.calls.models import Call, Recorded
from centrala.calls.transcript import Stream
from centrala.calls.words import TICKS, Words
from centrala.connection.models import Connection
from centrala.conversations.models import Spoken
from centrala.workstreams.models import Transcribed, Workstream
from hub import CUSTOMER
from recordings.scene import call, recorded_workstream

WHO = f"4:{CUSTOMER}"


def written_workstream(**values: Any) -> Workstream:
    """Of voice, whose calls are written down from their beginning, and not recorded."""
    usual = {"transcription": Transcribed.AUTOMATIC, "ai_endpoint": "https://ai.example.org", "recording": "never"}
    return recorded_workstream(**usual | values)


def written(connection: Connection, **values: Any) -> Call:
    """A call of it that goes on; nobody has it unless `agent` is told."""
    usual = {"ended": False, "transcribed": Recorded.YES, "workstream": None} | values
    usual["workstream"] = usual["workstream"] or written_workstream()
    return call(connection, **usual)


def say(one: Call, text: str, *, at: float, came: datetime, stream: Stream | None = None, who: str = WHO) -> bool:
    """Words that last a second, `at` seconds of the service's clock, and reach the hub at `came`."""
    words = Words(who, text, round(at * TICKS), TICKS, final=True)
    return transcript.keep(one.pk, stream or Stream("s"), words, at=came) is not None


def read(one: Call) -> list[str]:
    rows = Spoken.objects.filter(conversation=one.conversation_id).order_by("said_at", "offset", "id")
    return [row.text for row in rows]
