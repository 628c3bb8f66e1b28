"""Shared reads of conversations."""

from datetime import datetime

from django.db.models import QuerySet

from centrala.conversations.models import Conversation, Message, Note
from centrala.keyset import Cursor, page
from centrala.organization.models import User

MOST_NOTES = 200  # among the messages of one page


def with_endings(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """With what their agents said of them, for `Conversation.ending` and `codes`."""
    return conversations.select_related("wrap_up").prefetch_related("wrap_up__codes")


def newest_first(
    conversations: QuerySet[Conversation], *, after: Cursor | None = None, limit: int = 50
) -> tuple[list[Conversation], Cursor | None]:
    """A page of a list, and where the next one begins (None: there is none)."""
    return page(conversations, by="last_message_at", after=after, limit=limit)


def answered_since(conversation: Conversation, at: datetime, *, other_than: User) -> User | None:
    """Who wrote to the customer after that; whoever did it last."""
    answers = conversation.messages.filter(created_at__gt=at, author__isnull=False).exclude(author=other_than)
    last = answers.select_related("author").order_by("-created_at", "-id").first()
    return last.author if last else None


def notes_of(conversation: Conversation, *, since: datetime | None, until: datetime | None) -> list[Note]:
    """The latest notes of that time in the order they are read; without a bound of all there is on that side."""
    notes = conversation.notes.select_related("author")
    if since is not None:
        notes = notes.filter(created_at__gte=since)
    if until is not None:
        notes = notes.filter(created_at__lt=until)
    return list(notes.order_by("-created_at", "-id")[:MOST_NOTES])[::-1]


def thread(
    conversation: Conversation, *, before: Cursor | None = None, limit: int = 50
) -> tuple[list[Message], Cursor | None]:
    """The last messages in the order they are read, and the cursor of the ones above (None: these are all)."""
    messages, above = page(conversation.messages.select_related("author"), by="created_at", after=before, limit=limit)
    return messages[::-1], above
