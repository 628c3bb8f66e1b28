"""Whether a call is recorded: begun with it or by its agent, paused by the agent, or by itself while it is on hold.

Here stands what is wanted. The job `recordings.follow` has the cloud do it, and the node does with the agent's own.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from procrastinate.contrib.django import app

from centrala.calls.live import tell
from centrala.calls.models import Agreed, Call, CallState
from centrala.calls.models import Recorded as Wish
from centrala.conversations.live import announce
from centrala.conversations.models import Conversation, ConversationState
from centrala.workstreams.models import Consent, Recorded, Workstream

TOLD_BY_AGENT = {
    "start": ({Wish.NO}, Wish.YES),
    "pause": ({Wish.YES, Wish.HELD}, Wish.PAUSED),
    "resume": ({Wish.PAUSED}, Wish.YES),
}

MAY = ("", Agreed.GIVEN)


def begin(call: Call, workstream: Workstream | None) -> None:
    """Of a call that stands now; in the caller's transaction, which saves it."""
    if workstream is None or workstream.recording == Recorded.NEVER or call.state == CallState.ENDED:
        return
    if workstream.consent != Consent.NONE:
        call.agreed = Agreed.ASKED
    elif workstream.recording == Recorded.AUTOMATIC:
        call.recorded = Wish.YES
        follow(call.pk)


@transaction.atomic
def agree(call_id: UUID, *, given: bool) -> None:
    """The customer was asked, and this is the answer; the first one counts. What shall be recorded from the beginning
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
    workstream = call.conversation.workstream
    if given and workstream is not None and workstream.recording == Recorded.AUTOMATIC:
        _change(Call.objects.filter(pk=call_id), {Wish.NO}, Wish.YES)


@transaction.atomic
def told(act: str, *, conversation: Conversation) -> bool:
    """The agent says so: start, pause or resume. False where there is nothing of the kind to do."""
    talk = Conversation.objects.select_related("workstream").get(pk=conversation.pk)
    if talk.state != ConversationState.ACTIVE or not may_be_recorded(talk.workstream):
        return False
    before, after = TOLD_BY_AGENT[act]
    calls = Call.objects.filter(conversation=talk)
    return _change(calls.filter(agreed__in=MAY) if act == "start" else calls, before, after)


def held(call_id: UUID, *, on: bool) -> None:
    """The customer is put on hold, or is talked to again."""
    before, after = (Wish.YES, Wish.HELD) if on else (Wish.HELD, Wish.YES)
    with transaction.atomic():
        _change(Call.objects.filter(pk=call_id), {before}, after)


def stopped(call_id: UUID) -> None:
    """The cloud's recording is over before the call is, and cannot be begun again: nor does the node go on."""
    with transaction.atomic():
        _change(Call.objects.filter(pk=call_id), {Wish.YES, Wish.PAUSED, Wish.HELD}, Wish.NO)


def may_be_recorded(workstream: Workstream | None) -> bool:
    return workstream is not None and workstream.recording != Recorded.NEVER


def follow(call_id: UUID) -> None:
    """Has the cloud's recording made what is wanted of it, once this transaction is committed; one after the other."""
    task = app.configure_task("recordings.follow", queue="calls", lock=f"recording of {call_id}")
    task.defer(call_id=str(call_id))


def _change(calls: QuerySet[Call], before: set[Wish], after: Wish) -> bool:
    call = calls.select_for_update().filter(state=CallState.CONNECTED, recorded__in=before).first()
    if call is None:
        return False
    call.recorded = after
    call.save(update_fields=["recorded"])
    follow(call.pk)
    tell(call.pk)
    if call.conversation_id:
        announce([call.conversation_id])
    return True
