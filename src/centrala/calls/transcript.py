"""The transcript of a call: asked of Azure as is wanted, and what was said kept once each, in its order."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.timezone import now

from centrala.azure.calls import Calls, Listening
from centrala.azure.errors import AzureError
from centrala.calls import taping
from centrala.calls.models import Call, CallState, Recorded, Transcript, TranscriptState
from centrala.calls.words import TICKS, Words
from centrala.conversations.live import announce
from centrala.conversations.models import Speaker, Spoken
from centrala.hidden import ANONYMOUS, is_hidden
from centrala.workstreams.models import Channel, Line

LOCALES = {"en": "en-US", "pl": "pl-PL"}
MOST_TRIES = 6  # to begin: a web process that was killed takes some seconds to come back
AGAIN_SECONDS = 3
DOUBT = timedelta(seconds=0.5)  # so much earlier something may have been said than it seems by when its word came
NOT_ALLOWED = 405  # without the AI resource, or where the call was answered without transcription
log = logging.getLogger(__name__)


@dataclass
class Stream:
    """One socket of the service. `anchor` is when its offset 0 was, as far as is known: a final word comes soon after
    it was said, never before, so the earliest of all is the nearest."""

    subscription: str = ""
    id: UUID = field(default_factory=uuid4)
    anchor: datetime | None = None


def listening(call: Call, address: str) -> Listening | None:
    """What is to be asked for as the call is answered, so that it can be written down; `address` (wss) is where the
    words shall come. None where its workstream never does so."""
    workstream = call.conversation.workstream if call.conversation else _workstream(call)
    if workstream is None or not taping.may_be_transcribed(workstream):
        return None
    return Listening(url=address, locale=LOCALES.get(workstream.language, "en-US"), ai=workstream.ai_endpoint)


def _workstream(call: Call) -> Any:
    lines = Line.objects.filter(number__number=call.number, number__connection=call.connection, channel=Channel.VOICE)
    line = lines.select_related("workstream").first()
    return line.workstream if line else None


def unheard(call_id: UUID, error: AzureError) -> None:
    """Azure answered only without transcription."""
    Transcript.objects.update_or_create(
        pk=call_id, defaults={"state": TranscriptState.REFUSED, "error": error.message, "at": now()}
    )


def follow(*, call_id: UUID) -> None:
    """Begins or stops as the call says now. May be done again after having been killed anywhere. Raises AzureError
    where it may succeed later."""
    call = Call.objects.select_related("connection").filter(pk=call_id, state=CallState.CONNECTED).first()
    if call is None or not call.call_connection_id:
        return
    one, _made = Transcript.objects.get_or_create(call=call)
    wanted = TranscriptState.RUNNING if call.transcribed == Recorded.YES else TranscriptState.STOPPED
    if one.state in {wanted, TranscriptState.REFUSED}:
        return
    client = Calls(connection=call.connection.connection_string, cloud=settings.CLOUD)
    act = client.start_transcription if wanted == TranscriptState.RUNNING else client.stop_transcription
    try:
        act(call.call_connection_id)
    except AzureError as error:
        if not error.permanent:
            raise
        _refused(one, call, wanted, error)
    else:
        _reached(one, call, wanted)


def _reached(one: Transcript, call: Call, state: TranscriptState) -> None:
    Transcript.objects.filter(pk=one.pk).update(state=state, error="", at=now())
    _announce(call)


def _refused(one: Transcript, call: Call, wanted: TranscriptState, error: AzureError) -> None:
    """One that ended by itself need not be stopped. One that was stopped a moment ago cannot begin at once."""
    if wanted == TranscriptState.STOPPED:
        return _reached(one, call, wanted)
    log.warning("The transcription of call %s is refused (%s).", call.pk, error.status)
    return _failed(one, call, error.message, for_good=error.status == NOT_ALLOWED)


@transaction.atomic
def _failed(one: Transcript, call: Call, words: str, *, for_good: bool = False) -> None:
    """Another try in a moment, a few times."""
    one = Transcript.objects.select_for_update().get(pk=one.pk)
    one.tries += 1
    over = for_good or one.tries >= MOST_TRIES
    one.state = TranscriptState.REFUSED if over else TranscriptState.STOPPED
    one.error, one.at = words[:500], now()
    one.save()
    if not over and call.transcribed == Recorded.YES:
        taping.follow(call.pk, taping.WORDS, after_seconds=AGAIN_SECONDS)
    _announce(call)


def told(call: Call, type_: str, data: Mapping[str, Any], *, at: datetime) -> None:
    """The service's own word about it. One that failed before the last time it began is no news."""
    if type_ != "TranscriptionFailed":
        return
    one, _made = Transcript.objects.get_or_create(call=call)
    if call.state == CallState.ENDED or (one.began_at is not None and at < one.began_at):
        return
    information = data.get("resultInformation")
    words = str(information.get("message") or "") if isinstance(information, dict) else ""
    _failed(one, call, words or "TranscriptionFailed")


@transaction.atomic
def begun(call_id: UUID) -> bool:
    """The service's socket is there. False where nobody wants to hear it."""
    call = Call.objects.select_for_update(no_key=True).filter(pk=call_id).first()
    if call is None or call.transcribed != Recorded.YES or call.state == CallState.ENDED:
        return False
    running = {"state": TranscriptState.RUNNING, "error": "", "tries": 0, "began_at": now(), "at": now()}
    Transcript.objects.update_or_create(call=call, defaults=running)
    _announce(call)
    return True


@transaction.atomic
def keep(call_id: UUID, stream: Stream, words: Words, *, at: datetime) -> Speaker | None:
    """What was said, once; `at` is when it came. None where it shall not be kept: what comes while the transcription
    pauses is not, nor what began before the pause was over and comes after it. Returns who spoke."""
    call = Call.objects.select_for_update(no_key=True).filter(pk=call_id).first()
    if call is None or call.conversation_id is None or call.transcribed != Recorded.YES:
        return None
    began = _placed(stream, words, at)
    resumed = Transcript.objects.filter(call=call).values_list("resumed_at", flat=True).first()
    if resumed is not None and began < resumed + DOUBT:
        return None
    who = speaker(call, words.who)
    row = Spoken(
        conversation_id=call.conversation_id,
        speaker=who,
        text=words.text,
        said_at=began,
        milliseconds=words.duration * 1000 // TICKS,
        offset=words.offset,
        stream=stream.id,
        key=f"{stream.subscription} {words.who} {words.offset}",
    )
    Spoken.objects.bulk_create([row], ignore_conflicts=True)
    announce([call.conversation_id])
    return who


def _placed(stream: Stream, words: Words, at: datetime) -> datetime:
    """By our clock. What came sooner than all before moves these as well, so that all stay as they were said."""
    offset, length = (timedelta(microseconds=ticks / 10) for ticks in (words.offset, words.duration))
    anchor = at - offset - length
    if stream.anchor is None:
        stream.anchor = anchor
    elif anchor < stream.anchor:
        Spoken.objects.filter(stream=stream.id).update(said_at=F("said_at") - (stream.anchor - anchor))
        stream.anchor = anchor
    return stream.anchor + offset


def speaker(call: Call, who: str) -> Speaker:
    """By the service's raw id: 4: is a telephone, 8: an identity of the resource, which is the hub, for its agents."""
    if who.startswith("8:"):
        return Speaker.AGENT
    if who == f"4:{call.customer}" or (is_hidden(call.customer) and who.lower() == f"4:{ANONYMOUS}"):
        return Speaker.CUSTOMER
    return Speaker.OTHER


def _announce(call: Call) -> None:
    if call.conversation_id:
        announce([call.conversation_id])
