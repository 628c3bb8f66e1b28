"""The events that came from Azure, and what became of them."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from centrala.center.endpoints import LABELS
from centrala.center.forms import EventsForm
from centrala.characters import storable
from centrala.connection.letter_box import named
from centrala.connection.models import EVENT_TYPES, Endpoint
from centrala.inbox.access import events_of
from centrala.inbox.models import REPLAYABLE, Event, State
from centrala.inbox.queries import found
from centrala.keyset import Cursor
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.models import User

PAGE = 50


@dataclass(frozen=True)
class EventList:
    rows: list[Event]
    state: str
    query: str  # the filter, as an address has it
    unstated: str  # the filter without the state
    filtered: bool  # by anything but the state
    following: str  # the query of the page below, empty when there is none
    later: bool  # this is not the first page
    replayable: bool  # whether a row of this page is

    @property
    def all_replayable(self) -> bool:
        """Whether it makes sense to ask for everything in this state."""
        return self.state in {"", *REPLAYABLE}


def read_events(user: User, form: EventsForm, *, limit: int = PAGE) -> EventList:
    """Newest first, paged by key."""
    asked = form.asked
    after: Cursor | None = form.cleaned_data.get("after")
    rows, following = found(events_of(user), form.wanted, after=after, limit=limit)
    unstated = {name: value for name, value in asked.items() if name != "state"}
    return EventList(
        rows,
        asked.get("state", ""),
        query=urlencode(asked),
        unstated=urlencode(unstated),
        filtered=bool(unstated),
        following=urlencode(asked | {"after": following}) if following else "",
        later=after is not None,
        replayable=any(row.replayable for row in rows),
    )


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    form, container = EventsForm(request.GET), named()
    context = {
        "form": form,
        "events": read_events(request.user, form),
        "states": State.choices,
        "dead_letters": [place for place in (settings.DEAD_LETTERS, container) if place],
        "container": container,
        "types": [type_ for types in EVENT_TYPES.values() for type_ in types],
    }
    return render(request, "center/events.html", context)


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
