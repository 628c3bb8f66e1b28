"""Reading the inbox: a page costs what it shows, however many events there are."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils.timezone import now

from centrala.inbox.models import Event, State
from centrala.inbox.queries import newest
from centrala.keyset import Cursor, below, serial

pytestmark = pytest.mark.django_db


def came(count: int, state: State) -> list[int]:
    """The ids of that many events, a second apart, newest first."""
    newest_at = now()
    events = Event.objects.bulk_create(
        Event(
            event_id=str(uuid4()),
            body=b"{}",
            endpoint=uuid4(),
            state=state,
            received_at=newest_at - timedelta(seconds=second),
        )
        for second in range(count)
    )
    return [event.pk for event in events]


@pytest.fixture
def _many() -> None:
    came(3000, State.PROCESSED)
    with connection.cursor() as cursor:
        cursor.execute("analyze inbox_event")


@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN])
def test_rare_state_is_found_in_an_index_of_its_own(state: State) -> None:
    rare = came(3, state)

    plan = Event.objects.filter(state=state).order_by("-received_at", "-id")[:50].explain()

    assert [event.pk for event in newest(Event.objects.all(), state=state, limit=50)[0]] == rare
    assert "using inbox_troubled" in plan
    assert "Sort" not in plan


@pytest.mark.usefixtures("_many")
def test_page_begins_in_the_index_where_the_one_above_ended() -> None:
    place = Cursor(now() - timedelta(seconds=1500), 1)

    events = Event.objects.filter(below(place, by="received_at"))
    plan = events.order_by("-received_at", "-id")[:50].explain()

    assert "using inbox_newest" in plan
    assert "Index Cond: (received_at <=" in plan


def test_pages_follow_each_other_to_the_end() -> None:
    ids = came(5, State.FAILED)

    first, place = newest(Event.objects.all(), limit=3)
    second, end = newest(Event.objects.all(), after=Cursor.parse(str(place), key=serial), limit=3)

    assert [event.pk for event in first + second] == ids
    assert end is None


def test_list_leaves_the_bodies_in_the_database() -> None:
    came(1, State.FAILED)

    [event] = newest(Event.objects.all(), limit=1)[0]

    assert event.get_deferred_fields() == {"body"}
