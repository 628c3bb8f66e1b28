"""The events that came from Azure, and what became of them."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from centrala.center.endpoints import LABELS
from centrala.center.forms import EventsForm
from centrala.characters import storable
from centrala.connection.models import EVENT_TYPES, Endpoint
from centrala.inbox.access import events_of
from centrala.inbox.models import Event, State
from centrala.inbox.queries import newest
from centrala.keyset import Cursor
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.models import User

PAGE = 50


@dataclass(frozen=True)
class EventList:
    rows: list[Event]
    state: str
    following: str  # the query of the page below, empty when there is none
    later: bool  # this is not the first page


def read_events(user: User, form: EventsForm, *, limit: int = PAGE) -> EventList:
    """Newest first, paged by key. A form that is not valid reads as an empty one."""
    asked = form.cleaned_data if form.is_valid() else {}
    state, after = asked.get("state", ""), asked.get("after")
    rows, following = newest(events_of(user), state=state, after=after, limit=limit)
    return EventList(rows, state, _query(following, state), later=after is not None)


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    events = read_events(request.user, EventsForm(request.GET))
    return render(request, "center/events.html", {"events": events, "states": State.choices})


@administrators_only
@require_safe
def detail(request: StaffRequest, event_id: int) -> HttpResponse:
    event = get_object_or_404(events_of(request.user), pk=event_id)
    endpoint = Endpoint.objects.filter(pk=event.endpoint).first()
    context = {
        "event": event,
        "body": readable(bytes(event.body)),
        "came_to": LABELS.get(endpoint.service) if endpoint else None,
        "belongs_to": next((LABELS[service] for service, types in EVENT_TYPES.items() if event.type in types), None),
    }
    return render(request, "center/event.html", context)


def readable(body: bytes) -> str:
    """The JSON with line breaks; what is no JSON as it came."""
    text = body.decode("utf-8", "replace")
    try:
        return storable(json.dumps(json.loads(text, strict=False), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return text


def _query(following: Cursor | None, state: str) -> str:
    if following is None:
        return ""
    return urlencode({"after": following} | ({"state": state} if state else {}))
