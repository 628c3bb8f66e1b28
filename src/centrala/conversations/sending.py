"""Sending one message so that it leaves once, whatever dies in between.

`sending` and the time of the first attempt are committed before the service is asked; the message's id is the
repeatability id of every attempt. So a job that was killed between send and answer asks again with the same id and
gets the first answer. Past the service's window an attempt whose answer never came is settled as `unknown`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from centrala.azure import sms
from centrala.azure.errors import AzureError
from centrala.conversations import consent, segments
from centrala.conversations.live import announce
from centrala.conversations.models import ALWAYS_TOLD, Message, MessageState, Reason
from centrala.numbers import pace
from centrala.subscribers import notes
from centrala.subscribers.models import Kind

# OASIS Repeatable Requests 1.0 leaves the length to the service and ACS publishes none; five minutes is what
# Microsoft's other services keep at least. A longer guess could send a text twice.
REPEATABILITY_WINDOW = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(hours=24)
KEY_REFUSED = {401, 403}
TOO_MANY = 429
UNSAID_SECONDS = 10.0  # of rest after a 429 that names no time
SWEEP = 500
SETTLED = {MessageState.DELIVERED, MessageState.FAILED, MessageState.UNKNOWN}


def send(*, message_id: UUID) -> None:
    """Sends a queued message, or finishes one whose sender was killed. Does nothing for one that is settled or sent.

    Raises AzureError (not permanent) when the same call is worth making again, NotYet before the message's turn.
    """
    claim = _claim(message_id)
    if claim is None:
        return
    if claim.not_before is not None:
        raise NotYet(claim.not_before)
    message = claim.message
    number = message.conversation.number
    outgoing = sms.Outgoing(
        id=message.pk,
        first_attempt_at=_first_attempt(message),
        sender=number.number,
        recipient=message.conversation.contact.number,
        text=message.text,
    )
    try:
        result = sms.send(outgoing, connection=number.connection.connection_string, cloud=settings.CLOUD)
    except AzureError as error:
        _refused(claim, error)
        return
    if result.provider_id is None:
        _not_taken(claim, result.error)
    else:
        _sent(message, result.provider_id)


class NotYet(Exception):
    """The sender's rate is used up until `due_at`."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__("the sender's rate is used up for the moment")
        self.due_at = due_at


@dataclass(frozen=True)
class Claim:
    message: Message
    first: bool  # no earlier attempt is in doubt
    not_before: datetime | None = None  # it stays queued until then


@transaction.atomic
def _claim(message_id: UUID) -> Claim | None:
    """The message with `sending` committed, or None when there is nothing (more) to do."""
    messages = Message.objects.select_for_update(of=("self",)).select_related(
        "conversation__contact", "conversation__number__connection"
    )
    message = messages.filter(pk=message_id, state__in=[MessageState.QUEUED, MessageState.SENDING]).first()
    if message is None:
        return None
    if now() - message.created_at > GIVE_UP_AFTER and message.state == MessageState.QUEUED:
        settle(message, MessageState.FAILED, Reason.UNREACHABLE)
        return None
    if message.state == MessageState.SENDING and abs(now() - _first_attempt(message)) > REPEATABILITY_WINDOW:
        settle(message, MessageState.UNKNOWN, Reason.ANSWER_LOST)
        return None
    first = message.state == MessageState.QUEUED
    if first and _unwanted(message):
        settle(message, MessageState.FAILED, Reason.OPTED_OUT)
        return None
    if first and (due_at := _turn(message)) > now():
        return Claim(message, first, not_before=due_at)
    message.state = MessageState.SENDING
    message.first_attempt_at = message.first_attempt_at or now()
    message.save(update_fields=["state", "first_attempt_at"])
    announce([message.conversation_id])
    return Claim(message, first)


def _unwanted(message: Message) -> bool:
    if message.occasion in ALWAYS_TOLD:
        return False
    return consent.has_opted_out(message.conversation.contact, message.conversation.number)


def _turn(message: Message) -> datetime:
    """When the message may leave: as promised, or anew where that moment went by unused or the service holds us up."""
    number, at = message.conversation.number, now()
    earliest = max(at - pace.GOOD_FOR, pace.held_to(number) or at - pace.GOOD_FOR)
    if message.due_at is None or message.due_at < earliest:
        message.due_at = pace.promise(number, units=segments.count(message.text), now=at)
        message.save(update_fields=["due_at"])
        announce([message.conversation_id])
    return message.due_at


def _first_attempt(message: Message) -> datetime:
    assert message.first_attempt_at is not None
    return message.first_attempt_at


def _refused(claim: Claim, error: AzureError) -> None:
    """Raises when the same call is worth making again. Only a first attempt may start afresh: an earlier one in doubt
    keeps its time, so that its window ends it as unknown."""
    key_refused = error.status in KEY_REFUSED
    if error.status == TOO_MANY:
        seconds = error.retry_after or UNSAID_SECONDS
        pace.hold(claim.message.conversation.number, until=now() + timedelta(seconds=seconds))
    if error.permanent and not key_refused:
        # Kept and shown later, to whomever: the status says it in every language.
        _not_taken(claim, f"HTTP {error.status}" if error.said else error.message)
        return
    if claim.first and (key_refused or error.never_arrived):
        # Of a rotated key the message is not to blame: it waits for the repair.
        _back_to_queue(claim.message, Reason.KEY_REFUSED if key_refused else "")
    raise AzureError(error.message, permanent=False, status=error.status, retry_after=error.retry_after)


def _not_taken(claim: Claim, error: str) -> None:
    """The service refuses this attempt for good, which tells of the message only when there was no attempt before."""
    if claim.first:
        settle(claim.message, MessageState.FAILED, error)
    else:
        settle(claim.message, MessageState.UNKNOWN, Reason.ANSWER_LOST)


@transaction.atomic
def _back_to_queue(message: Message, reason: str = "") -> None:
    """The service has certainly not taken this attempt, so its window must not run."""
    waiting = Message.objects.filter(pk=message.pk, state=MessageState.SENDING)
    waiting.update(state=MessageState.QUEUED, first_attempt_at=None, error=reason)
    announce([message.conversation_id])


@transaction.atomic
def _sent(message: Message, provider_id: str) -> None:
    """A delivery report may have come first: then only the provider's id is added."""
    Message.objects.filter(pk=message.pk).update(provider_id=provider_id, sent_at=now())
    Message.objects.filter(pk=message.pk, state=MessageState.SENDING).update(state=MessageState.SENT, error="")
    notes.note({Kind.SENT: [message.pk]}, at=now())
    announce([message.conversation_id])


def settle_forgotten() -> int:
    """Ends what no job will end: attempts whose answer was lost longer ago than the window. Returns how many.

    Every job does that itself; this is for messages whose job is gone, or failed by a fault of ours.
    """
    forgotten = Message.objects.filter(
        state=MessageState.SENDING, first_attempt_at__lt=now() - 2 * REPEATABILITY_WINDOW
    )
    messages = list(forgotten[:SWEEP])
    for message in messages:
        settle(message, MessageState.UNKNOWN, Reason.ANSWER_LOST)
    return len(messages)


@transaction.atomic
def settle(message: Message, state: MessageState, error: str) -> None:
    """Ends a message, unless a delivery report has ended it already."""
    open_ones = Message.objects.filter(pk=message.pk).exclude(state__in=SETTLED)
    ended = open_ones.update(state=state, error=error, settled_at=now())
    if ended and state == MessageState.FAILED:
        notes.note({Kind.FAILED: [message.pk]}, at=now())
    announce([message.conversation_id])
