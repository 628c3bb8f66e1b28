"""What a caller gets in the place of an agent, once it is settled: a voicemail that was kept, or a call back that was
agreed. Either is a conversation that waits in its queue as any other, without a call."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from centrala.conversations.happenings import happened
from centrala.conversations.live import announce, announce_work
from centrala.conversations.models import ClosingReason, Conversation, ConversationState
from centrala.hidden import is_hidden
from centrala.routing.models import Instead, Offer, Outcome, Overflowed, Step
from centrala.routing.tracing import trace
from centrala.subscribers.models import Kind

BLOCK = 500
LOST = "lost"  # how a call ended whose process died: see calls.models.CallEnd
CALLED_WITHIN = timedelta(days=7)  # as the original has it
KEPT_WITHIN = timedelta(
    hours=1
)  # a voicemail's file may wait that long for its storage, and the caller has five minutes


def of(conversation: Conversation) -> Overflowed | None:
    """None of a conversation whose customer is on the line, or was and had nothing else."""
    found = Overflowed.objects.filter(conversation=conversation).exclude(instead="").first()
    return found if found and (found.settled_at or found.speaks) else None


@transaction.atomic
def settle(conversation: Conversation, instead: Instead) -> bool:
    """The voicemail is kept, or the customer wants to be called back. It keeps its place in the queue. False where it
    is too late: an agent has it, it is over, or this was settled before."""
    locked = Conversation.objects.select_for_update().get(pk=conversation.pk)
    open_ = Overflowed.objects.filter(conversation=locked, instead=instead, settled_at=None)
    if locked.state != ConversationState.OPEN or not open_.update(settled_at=now(), withheld=False):
        return False
    step = Step.VOICEMAIL_LEFT if instead == Instead.VOICEMAIL else Step.CALLS_BACK
    trace(step, [(locked.pk, None, locked.queue_id)], at=now())
    announce([locked.pk])
    announce_work()
    return True


@transaction.atomic
def no_voicemail(conversation: Conversation, *, lost: bool = False) -> None:
    """The caller said nothing after the tone, or did not wait for it; or could not, where the hub `lost` the call: then
    it is somebody's to call back. Nothing where a voicemail was kept."""
    locked = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if lost and not is_hidden(locked.contact.number):
        _cut_off(locked, now())
        return
    spoken = Overflowed.objects.filter(conversation=locked, instead=Instead.VOICEMAIL, settled_at=None)
    if locked.state == ConversationState.OPEN and spoken.update(withheld=False):
        _close([locked], ClosingReason.NO_VOICEMAIL, Step.NO_VOICEMAIL, now())


def sweep(*, at: datetime) -> None:
    """Call backs that nobody made for seven days, and voicemails whose files never came."""
    late = Overflowed.objects.filter(instead=Instead.CALL_BACK, settled_at__lt=at - CALLED_WITHIN)
    silent = Overflowed.objects.filter(withheld=True, instead=Instead.VOICEMAIL, at__lt=at - KEPT_WITHIN)
    waiting = Q(conversation__state=ConversationState.OPEN)
    for one in silent.filter(waiting, conversation__call__ending=LOST).select_related("conversation")[:BLOCK]:
        no_voicemail(one.conversation, lost=True)
    for found, reason, step in (
        (late, ClosingReason.NOT_CALLED, Step.NOT_CALLED),
        (silent, ClosingReason.NO_VOICEMAIL, Step.NO_VOICEMAIL),
    ):
        with transaction.atomic():
            _close(_free(list(found.filter(waiting).values_list("pk", flat=True)[:BLOCK])), reason, step, at)


def _cut_off(locked: Conversation, at: datetime) -> None:
    spoken = Overflowed.objects.filter(conversation=locked, instead=Instead.VOICEMAIL, settled_at=None)
    if locked.state == ConversationState.OPEN and spoken.update(
        instead=Instead.CALL_BACK, settled_at=at, withheld=False
    ):
        trace(Step.CUT_OFF, [(locked.pk, None, locked.queue_id)], at=at)
        announce([locked.pk])
        announce_work()


def _free(ids: list[UUID]) -> list[Conversation]:
    """Those of them that wait, locked, without the ones that somebody has in hand or is being offered."""
    offered = Offer.objects.filter(outcome=Outcome.PENDING, conversation__in=ids).values("conversation")
    waiting = Conversation.objects.select_for_update(skip_locked=True).filter(pk__in=ids, state=ConversationState.OPEN)
    return list(waiting.exclude(pk__in=offered).order_by("pk"))


def _close(waiting: list[Conversation], reason: ClosingReason, step: Step, at: datetime) -> None:
    ids = [one.pk for one in waiting]
    Conversation.objects.filter(pk__in=ids).update(state=ConversationState.CLOSED, closed_at=at, closing_reason=reason)
    Overflowed.objects.filter(pk__in=ids).update(withheld=False)
    trace(step, [(one.pk, None, one.queue_id) for one in waiting], at=at)
    happened({Kind.CLOSED: ids}, at=at)
    announce(ids)
