"""Internal notes: for colleagues alone. Nothing here sends anything, and neither the API nor a webhook holds one."""

from django.db import transaction
from django.utils.timezone import now

from centrala.characters import storable
from centrala.conversations.live import announce
from centrala.conversations.locking import locked_conversation
from centrala.conversations.models import Conversation, Note
from centrala.organization.models import User

LONGEST_NOTE = 4000


@transaction.atomic
def write_note(*, conversation: Conversation, author: User, text: str) -> Note:
    """It moves nothing: neither the conversation's place in a list, nor its marks of unread messages.

    Raises Refused for a conversation that has been erased.
    """
    conversation = locked_conversation(conversation.pk)
    note = Note.objects.create(conversation=conversation, author=author, text=storable(text), created_at=now())
    announce([conversation.pk])
    return note
