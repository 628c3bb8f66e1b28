"""Shared reads of the inbox."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from centrala.inbox.models import Event
from centrala.keyset import Cursor, below, page

# A subject has no index, which each of thousands of events a second would pay for: a search for one looks through so
# many events for a page of the list.
LOOKED_THROUGH = 20_000


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """`types` may hold one of several; `search` is an event's id, or a part of its subject."""

    state: str = ""
    types: tuple[str, ...] = ()
    search: str = ""


def newest(
    events: QuerySet[Event], *, state: str = "", after: Cursor | None = None, limit: int
) -> tuple[list[Event], Cursor | None]:
    """A page of the list, without the bodies, and where the next one begins (None: there is none)."""
    return found(events, Wanted(state=state), after=after, limit=limit)


def found(
    events: QuerySet[Event], wanted: Wanted, *, after: Cursor | None = None, limit: int
) -> tuple[list[Event], Cursor | None]:
    """As `newest`. A page of a search may be short, or empty, and yet have a next one."""
    events = _filtered(events, wanted).defer("body")
    if not wanted.search:
        return page(events, by="received_at", after=after, limit=limit)
    if after is None and (exact := list(events.filter(event_id=wanted.search))):
        return exact, None
    return _looked_through(events, wanted.search, after, limit)


def matching(events: QuerySet[Event], wanted: Wanted) -> QuerySet[Event]:
    """All that is wanted, however long it takes."""
    events = _filtered(events, wanted)
    if not wanted.search:
        return events
    return events.filter(Q(event_id=wanted.search) | Q(subject__icontains=wanted.search))


def _filtered(events: QuerySet[Event], wanted: Wanted) -> QuerySet[Event]:
    if wanted.state:
        events = events.filter(state=wanted.state)
    if len(wanted.types) == 1:
        return events.filter(type=wanted.types[0])  # worded so that inbox_rare serves it
    return events.filter(type__in=wanted.types) if wanted.types else events


def _looked_through(
    events: QuerySet[Event], search: str, after: Cursor | None, limit: int
) -> tuple[list[Event], Cursor | None]:
    """The hits among the next events, and where to look on: below the page, else below all that was looked through."""
    if after is not None:
        events = events.filter(below(after, by="received_at"))
    next_ones = events.order_by("-received_at", "-id")
    last = next_ones[LOOKED_THROUGH - 1 : LOOKED_THROUGH].first()
    end = Cursor(last.received_at, last.pk) if last is not None else None
    hits = events.filter(subject__icontains=search)
    if end is not None:
        hits = hits.filter(Q(received_at__gte=end.at), Q(received_at__gt=end.at) | Q(pk__gte=end.id))
    rows, following = page(hits, by="received_at", after=None, limit=limit)
    return rows, following or end
