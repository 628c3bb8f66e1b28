"""Reading the inbox: a page costs what it shows, however many events there are."""

from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection
from django.utils.timezone import now

from centrala.inbox.models import Event, State
from centrala.inbox.queries import Wanted, found, newest
from centrala.keyset import Cursor, below, serial

pytestmark = pytest.mark.django_db


def came(count: int, state: State, *, type_: str = "Microsoft.Communication.SMSReceived") -> list[int]:
    """The ids of that many events, a second apart, newest first."""
    newest_at = now()
    events = Event.objects.bulk_create(
        Event(
            event_id=str(uuid4()),
            type=type_,
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


@pytest.mark.usefixtures("_many")
def test_rare_type_is_found_in_an_index_of_its_own() -> None:
    rare = came(2, State.PROCESSED, type_="Microsoft.Communication.IncomingCall")
    wanted = Wanted(types=("Microsoft.Communication.IncomingCall",))

    plan = Event.objects.filter(type=wanted.types[0]).order_by("-received_at", "-id")[:50].explain()

    assert [event.pk for event in found(Event.objects.all(), wanted, limit=50)[0]] == rare
    assert "using inbox_rare" in plan
    assert "Sort" not in plan


def test_search_finds_an_event_by_its_id_however_old() -> None:
    *_, oldest = came(5, State.PROCESSED)
    event_id = Event.objects.get(pk=oldest).event_id

    with patch("centrala.inbox.queries.LOOKED_THROUGH", 2):
        events, end = found(Event.objects.all(), Wanted(search=event_id), limit=3)

    assert ([event.pk for event in events], end) == ([oldest], None)


@pytest.mark.parametrize("looked_through", [1, 2, 3, 100])
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_search_for_a_subject_goes_on_to_the_end_and_tells_each_once(looked_through: int, limit: int) -> None:
    ids = came(7, State.PROCESSED)
    hits = [ids[1], ids[2], ids[6]]
    Event.objects.filter(pk__in=hits).update(subject="/phonenumber/1")
    Event.objects.filter(pk__in=ids[:4]).update(received_at=now())  # one moment: the ids decide
    hits = sorted(hits[:2], reverse=True) + hits[2:]

    shown, place = list[int](), None
    with patch("centrala.inbox.queries.LOOKED_THROUGH", looked_through):
        for _page in range(20):
            events, place = found(Event.objects.all(), Wanted(search="NUMBER/1"), after=place, limit=limit)
            shown += [event.pk for event in events]
            if place is None:
                break

    assert place is None
    assert shown == hits


def test_search_looks_through_so_many_events_at_once_and_says_where_it_stopped() -> None:
    ids = came(5, State.PROCESSED)
    Event.objects.filter(pk=ids[-1]).update(subject="/phonenumber/1")

    with patch("centrala.inbox.queries.LOOKED_THROUGH", 2):
        nothing, place = found(Event.objects.all(), Wanted(search="number/1"), limit=3)

    second = Event.objects.get(pk=ids[1])
    assert (nothing, place) == ([], Cursor(second.received_at, second.pk))
