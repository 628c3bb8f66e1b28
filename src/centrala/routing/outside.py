"""Overflow to a number outside, as the conversation has it: while the number is being called nobody is offered it, and
who comes back waits on at the same place in the queue. Azure is asked by `calls.outside`."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from centrala.conversations.live import announce, announce_work
from centrala.conversations.models import ClosingReason, Conversation, ConversationState
from centrala.routing.models import Instead, Overflowed, Step
from centrala.routing.tracing import trace

LONGEST = 500  # characters of what Azure says


def sent_out() -> QuerySet[Overflowed]:
    """As `Overflowed.is_sent_out` has it."""
    return Overflowed.objects.filter(withheld=True).exclude(instead=Instead.VOICEMAIL)


def to_be_called(conversation: Conversation) -> Overflowed | None:
    """Its number is to be called, or being called."""
    return sent_out().filter(conversation=conversation, conversation__state=ConversationState.OPEN).first()


@transaction.atomic
def back(conversation: Conversation, step: Step, *, words: str = "") -> None:
    """Nobody took the call there: it waits on. Nothing where no number outside was being called."""
    locked = _locked(conversation)
    if locked is None or locked.state != ConversationState.OPEN:
        return
    trace(step, [(locked.pk, None, locked.queue_id)], at=now(), words=words[:LONGEST])
    announce([locked.pk])
    announce_work()


@transaction.atomic
def taken(conversation: Conversation) -> None:
    """Somebody answered there, and the call has been ended; where its end was told first, the reason is put right."""
    locked = _locked(conversation)
    if locked is None:
        return
    if locked.closing_reason == ClosingReason.CUSTOMER_LEFT:
        locked.closing_reason = ClosingReason.SENT_ON
        locked.save(update_fields=["closing_reason"])
    trace(Step.OUTSIDE_TAKEN, [(locked.pk, None, locked.queue_id)], at=now())
    announce([locked.pk])


def _locked(conversation: Conversation) -> Conversation | None:
    """Withheld no more; None of one that was not, of which nothing is to be said."""
    locked = Conversation.objects.select_for_update().filter(pk=conversation.pk).first()
    return locked if locked is not None and sent_out().filter(conversation=locked).update(withheld=False) else None
