"""Shared reads of conversations."""

from django.db.models import QuerySet

from centrala.conversations.models import Conversation, Message
from centrala.keyset import Cursor, page


def with_endings(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """With what their agents said of them, for `Conversation.ending` and `codes`."""
    return conversations.select_related("wrap_up").prefetch_related("wrap_up__codes")


def newest_first(
    conversations: QuerySet[Conversation], *, after: Cursor | None = None, limit: int = 50
) -> tuple[list[Conversation], Cursor | None]:
    """A page of a list, and where the next one begins (None: there is none)."""
    return page(conversations, by="last_message_at", after=after, limit=limit)


def thread(
    conversation: Conversation, *, before: Cursor | None = None, limit: int = 50
) -> tuple[list[Message], Cursor | None]:
    """The last messages in the order they are read, and the cursor of the ones above (None: these are all)."""
    messages, above = page(conversation.messages.select_related("author"), by="created_at", after=before, limit=limit)
    return messages[::-1], above
