"""Internal notes: for colleagues alone. Nothing here sends anything, and neither the API nor a webhook holds one."""

from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.timezone import now

from centrala.characters import storable
from centrala.conversations.live import announce
from centrala.conversations.locking import locked_conversation
from centrala.conversations.models import Conversation, Note
from centrala.organization.models import User

LONGEST_NOTE = 4000


@transaction.atomic
def write_note(*, conversation: Conversation, author: User, text: str, id_: UUID | None = None) -> Note:
    """It moves nothing: neither the conversation's place in a list, nor its marks of unread messages. With the id of
    its form the same note is written once, however often it is sent; another text is another note.

    Raises Refused for a conversation that has been erased.
    """
    conversation = locked_conversation(conversation.pk)
    before = Note.objects.filter(pk=id_).first() if id_ else None
    said: dict[str, Any] = {"conversation": conversation, "author": author, "text": storable(text)}
    if before is not None and all(getattr(before, name) == value for name, value in said.items()):
        return before
    note = Note.objects.create(pk=id_ if id_ and before is None else uuid4(), created_at=now(), **said)
    announce([conversation.pk])
    return note
