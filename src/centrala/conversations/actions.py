"""What agents and programs do in a conversation."""

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.conversations import consent, jobs, segments
from centrala.conversations.live import announce
from centrala.conversations.locking import locked_conversation
from centrala.conversations.models import ENDED, Conversation, Direction, Message, MessageState
from centrala.conversations.texts import preview, sendable
from centrala.errors import Refused
from centrala.numbers import pace
from centrala.organization.models import User
from centrala.workstreams.models import Channel


@transaction.atomic
def reply(*, conversation: Conversation, author: User | None, text: str) -> Message:
    """Queues an answer to the customer: the message and the job that sends it are one transaction. It moves nothing:
    a person answers by `routing.actions.answer`, and has the conversation from then on.

    Raises Refused for a text that cannot be sent, a conversation that is closed, a resource that is disconnected.
    """
    text = sendable(text)
    conversation = locked_conversation(conversation.pk, "number__connection", "contact")
    _answerable(conversation)
    at = now()
    due_at = pace.promise(conversation.number, units=segments.count(text), now=at)
    message = Message.objects.create(
        conversation=conversation,
        direction=Direction.OUTBOUND,
        text=text,
        state=MessageState.QUEUED,
        author=author,
        created_at=at,
        due_at=due_at,
    )
    conversation.unread = 0
    conversation.last_message_at = max(conversation.last_message_at, message.created_at)
    conversation.preview = preview(text)
    conversation.save(update_fields=["unread", "last_message_at", "preview"])
    jobs.enqueue(message)
    announce([conversation.pk])
    return message


def mark_read(*, conversation: Conversation) -> None:
    """Takes the mark of unread messages away; other desks hear of it only when there was one."""
    with transaction.atomic():
        if Conversation.objects.filter(pk=conversation.pk, unread__gt=0).update(unread=0):
            announce([conversation.pk])


def _answerable(conversation: Conversation) -> None:
    if conversation.channel == Channel.VOICE:
        raise Refused(_("This is a call. Fix: write to the customer by New conversation."))
    if conversation.state in ENDED:
        raise Refused(_("This conversation is closed. The customer's next message opens a new one."))
    if conversation.number.connection.disconnected_at is not None:
        raise Refused(_("The Azure resource of this number is disconnected, so nothing can be sent from it."))
    if not conversation.contact.number.lstrip("+").isdigit():
        raise Refused(
            _("“%(name)s” is a sender's name, not a number: it takes no answers.")
            % {"name": conversation.contact.number}
        )
    if consent.has_opted_out(conversation.contact, conversation.number):
        raise Refused(
            _("The customer wrote STOP and wants no more texts from this number. With START they take them again.")
        )
