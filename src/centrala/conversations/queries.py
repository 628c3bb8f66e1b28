"""Shared reads of conversations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from centrala.conversations.models import Conversation, Message
from centrala.moments import moment


@dataclass(frozen=True)
class Cursor:
    """Where a page of a list ended: lists are paged by key, so page 1,000 costs what page 1 does."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises ValueError for anything but what str() gave."""
        at, _, id_ = text.partition("~")
        return cls(moment(at), UUID(id_))


def newest_first(
    conversations: QuerySet[Conversation], *, after: Cursor | None = None, limit: int = 50
) -> tuple[list[Conversation], Cursor | None]:
    """A page of a list, and where the next one begins (None: there is none)."""
    if after is not None:
        older = Q(last_message_at__lt=after.at) | Q(last_message_at=after.at, id__lt=after.id)
        conversations = conversations.filter(older)
    rows = list(conversations.order_by("-last_message_at", "-id")[: limit + 1])
    page = rows[:limit]
    more = len(rows) > limit
    return page, Cursor(page[-1].last_message_at, page[-1].id) if more else None


def thread(
    conversation: Conversation, *, before: Cursor | None = None, limit: int = 50
) -> tuple[list[Message], Cursor | None]:
    """The last messages in the order they are read, and the cursor of the ones above (None: these are all)."""
    messages = conversation.messages.select_related("author")
    if before is not None:
        messages = messages.filter(Q(created_at__lt=before.at) | Q(created_at=before.at, id__lt=before.id))
    rows = list(messages.order_by("-created_at", "-id")[: limit + 1])
    page = rows[:limit]
    more = len(rows) > limit
    return page[::-1], Cursor(page[-1].created_at, page[-1].id) if more else None
