"""Lists in pages, by key: the address of the next page is told whole, and is the only way there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Query
from ninja.errors import ValidationError
from pydantic import Field

from centrala.conversations.queries import Cursor
from centrala.inbox.models import Event
from centrala.moments import moment
from centrala.numbers.models import PhoneNumber

Limit = Annotated[int, Query(50, ge=1, le=200, description="Items in a page")]
Place = Annotated[str, Query("", max_length=100, description="From `next`: where the page begins")]
# NUL is in no text of the database, and PostgreSQL does not take it for one.
Word = Annotated[str, Field(max_length=100, pattern="^[^\\x00]*$")]


@dataclass(frozen=True)
class EventCursor:
    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> "EventCursor":
        """Raises ValueError for anything but what str() gave."""
        at, _, id_ = text.partition("~")
        if not (id_.isascii() and id_.isdecimal()) or len(id_) > 18:
            raise ValueError("not a cursor")
        return cls(moment(at), int(id_))


def conversation_cursor(text: str, name: str) -> Cursor | None:
    try:
        return Cursor.parse(text) if text else None
    except ValueError:
        raise _misplaced(name) from None


def event_cursor(text: str, name: str) -> EventCursor | None:
    try:
        return EventCursor.parse(text) if text else None
    except ValueError:
        raise _misplaced(name) from None


def newest_events(
    events: QuerySet[Event], *, after: EventCursor | None, limit: int
) -> tuple[list[Event], EventCursor | None]:
    if after is not None:
        events = events.filter(Q(received_at__lt=after.at) | Q(received_at=after.at, id__lt=after.id))
    rows = list(events.order_by("-received_at", "-id")[: limit + 1])
    page = rows[:limit]
    return page, EventCursor(page[-1].received_at, page[-1].pk) if len(rows) > limit else None


def numbers_in_order(numbers: QuerySet[PhoneNumber], *, after: str, limit: int) -> tuple[list[PhoneNumber], str | None]:
    rows = list(numbers.filter(number__gt=after).order_by("number")[: limit + 1])
    page = rows[:limit]
    return page, page[-1].number if len(rows) > limit else None


def following(request: HttpRequest, name: str, cursor: object | None) -> str | None:
    """This request's address with another place in it."""
    if cursor is None:
        return None
    query = {**request.GET.dict(), name: str(cursor)}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query)}")


def _misplaced(name: str) -> ValidationError:
    return ValidationError([{"loc": ("query", name), "msg": "take the whole address from `next`"}])
