"""Whether a call is recorded and written down: begun with it or by its agent, paused by the agent, or by itself while
it is on hold. What pauses the one pauses the other.

Here stands what is wanted. The jobs `recordings.follow` and `calls.transcribe` have the cloud do it, and the node does
with the agent's own.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now
from procrastinate.contrib.django import app

from centrala.calls.live import tell
from centrala.calls.models import Agreed, Call, CallState, Transcript
from centrala.calls.models import Recorded as Wish
from centrala.conversations.live import announce
from centrala.conversations.models import Conversation, ConversationState
from centrala.workstreams.models import Consent, Recorded, Transcribed, Workstream

SOUND, WORDS = "recorded", "transcribed"  # columns of the call
JOBS = {SOUND: "recordings.follow", WORDS: "calls.transcribe"}
TOLD_BY_AGENT = {
    "start": ({Wish.NO}, Wish.YES),
    "transcribe": ({Wish.NO}, Wish.YES),
    "pause": ({Wish.YES, Wish.HELD}, Wish.PAUSED),
    "resume": ({Wish.PAUSED}, Wish.YES),
}
BEGINS = {"start", "transcribe"}
MAY = ("", Agreed.GIVEN)


def begin(call: Call, workstream: Workstream | None) -> None:
    """Of a call that stands now; in the caller's transaction, which saves it."""
    if workstream is None or call.state == CallState.ENDED:
        return
    if workstream.consent != Consent.NONE and (may_be_recorded(workstream) or may_be_transcribed(workstream)):
        call.agreed = Agreed.ASKED
        return
    for what in _by_itself(workstream):
        setattr(call, what, Wish.YES)
        follow(call.pk, what)


@transaction.atomic
def agree(call_id: UUID, *, given: bool) -> None:
    """The customer was asked, and this is the answer; the first one counts. What shall be kept from the beginning
    begins now."""
    asked = Call.objects.select_for_update(of=("self",)).filter(pk=call_id, agreed=Agreed.ASKED)
    call = asked.select_related("conversation__workstream").first()
    if call is None:
        return
    call.agreed = Agreed.GIVEN if given else Agreed.REFUSED
    call.save(update_fields=["agreed"])
    tell(call.pk)
    if call.conversation is None:
        return
    announce([call.conversation.pk])
    if given and call.conversation.workstream is not None:
        for what in _by_itself(call.conversation.workstream):
            _change(Call.objects.filter(pk=call_id), {Wish.NO}, Wish.YES, what)


@transaction.atomic
def told(act: str, *, conversation: Conversation) -> bool:
    """The agent says so: start, transcribe, pause or resume. False where there is nothing of the kind to do."""
    talk = Conversation.objects.select_related("workstream").get(pk=conversation.pk)
    if talk.state != ConversationState.ACTIVE:
        return False
    before, after = TOLD_BY_AGENT[act]
    calls = Call.objects.filter(conversation=talk)
    if act in BEGINS:
        calls = calls.filter(agreed__in=MAY)
    changed = [_change(calls, before, after, what) for what in _concerned(act, talk.workstream)]
    return any(changed)


def _concerned(act: str, workstream: Workstream | None) -> list[str]:
    what = {"start": [SOUND], "transcribe": [WORDS]}.get(act, [SOUND, WORDS])
    may = {SOUND: may_be_recorded(workstream), WORDS: may_be_transcribed(workstream)}
    return [one for one in what if may[one]]


def held(call_id: UUID, *, on: bool) -> None:
    """The customer is put on hold, or is talked to again."""
    before, after = (Wish.YES, Wish.HELD) if on else (Wish.HELD, Wish.YES)
    with transaction.atomic():
        for what in (SOUND, WORDS):
            _change(Call.objects.filter(pk=call_id), {before}, after, what)


def stopped(call_id: UUID) -> None:
    """The cloud's recording is over before the call is, and cannot be begun again: nor does the node go on."""
    with transaction.atomic():
        _change(Call.objects.filter(pk=call_id), {Wish.YES, Wish.PAUSED, Wish.HELD}, Wish.NO)


def handed_on(call_id: UUID) -> None:
    """The agent has left the call, which goes on: from now on nothing of it is kept."""
    with transaction.atomic():
        for what in (SOUND, WORDS):
            _change(Call.objects.filter(pk=call_id), {Wish.YES, Wish.PAUSED, Wish.HELD}, Wish.NO, what)


def _by_itself(workstream: Workstream) -> list[str]:
    """What is kept of every call from its beginning."""
    words = workstream.transcription == Transcribed.AUTOMATIC and may_be_transcribed(workstream)
    return [SOUND] * (workstream.recording == Recorded.AUTOMATIC) + [WORDS] * words


def may_be_recorded(workstream: Workstream | None) -> bool:
    return workstream is not None and workstream.recording != Recorded.NEVER


def may_be_transcribed(workstream: Workstream | None) -> bool:
    return workstream is not None and workstream.transcription != Transcribed.NEVER and bool(workstream.ai_endpoint)


def follow(call_id: UUID, what: str = SOUND, *, after_seconds: int = 0) -> None:
    """Has the cloud do what is wanted of its recording, or of its transcription, once this transaction is committed;
    one after the other."""
    lock = f"{'recording' if what == SOUND else 'transcript'} of {call_id}"
    at = now() + timedelta(seconds=after_seconds) if after_seconds else None
    app.configure_task(JOBS[what], queue="calls", lock=lock, schedule_at=at).defer(call_id=str(call_id))


def _change(calls: QuerySet[Call], before: set[Wish], after: Wish, what: str = SOUND) -> bool:
    call = calls.select_for_update().filter(state=CallState.CONNECTED, **{f"{what}__in": before}).first()
    if call is None:
        return False
    if what == WORDS and call.recorded in {Wish.PAUSED, Wish.HELD} and after == Wish.YES:
        after = Wish(call.recorded)  # nothing is written down that is not recorded
    if what == WORDS and after == Wish.YES:
        Transcript.objects.update_or_create(call=call, defaults={"resumed_at": now()})
    setattr(call, what, after)
    call.save(update_fields=[what])
    follow(call.pk, what)
    tell(call.pk)
    if call.conversation_id:
        announce([call.conversation_id])
    return True
