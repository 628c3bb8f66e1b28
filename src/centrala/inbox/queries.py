"""Shared reads of the inbox."""

from django.db.models import QuerySet

from centrala.inbox.models import Event
from centrala.keyset import Cursor, page


def newest(
    events: QuerySet[Event], *, state: str = "", after: Cursor | None = None, limit: int
) -> tuple[list[Event], Cursor | None]:
    """A page of the list, without the bodies, and where the next one begins (None: there is none)."""
    if state:
        events = events.filter(state=state)
    return page(events.defer("body"), by="received_at", after=after, limit=limit)
