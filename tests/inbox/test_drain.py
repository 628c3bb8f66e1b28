"""A batch that fails: what is the event's fault stays with the event, what is the database's is tried again."""

import logging
from collections.abc import Callable, Sequence

import pytest
from django.db import DatabaseError, OperationalError, connection

from centrala.inbox.drain import Collision, Incomprehensible, drain
from centrala.inbox.models import Event, State
from centrala.inbox.waiting import Waiting
from inbox.test_queries import came

pytestmark = pytest.mark.django_db
Batches = list[list[int]]
TYPE = "Microsoft.Communication.SMSReceived"


def waiting(count: int = 1, type_: str = TYPE) -> list[int]:
    return sorted(came(count, State.RECEIVED, type_=type_))


def states() -> dict[int, str]:
    return dict(Event.objects.values_list("pk", "state"))


def told(code: str) -> Callable[[Sequence[Waiting]], None]:
    """A handler to which PostgreSQL says so."""

    def handler(_events: Sequence[Waiting]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"do $$ begin raise exception 'secret words' using errcode = '{code}'; end $$")

    return handler


def refusing(bad: set[int], batches: Batches) -> Callable[[Sequence[Waiting]], None]:
    """A handler that cannot read these, and notes what it was given."""

    def handler(events: Sequence[Waiting]) -> None:
        batches.append([event.id for event in events])
        for event in events:
            if event.id in bad:
                raise Incomprehensible(f"Event {event.id} is wrong.")

    return handler


@pytest.mark.parametrize("code", ["08006", "53200", "57014", "57P01", "58030"])
def test_databases_own_trouble_leaves_the_events_waiting(code: str) -> None:
    waiting(2)

    with pytest.raises(OperationalError):
        drain({TYPE: told(code)})

    assert set(states().values()) == {State.RECEIVED}


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_collision_leaves_the_events_waiting_and_says_so(code: str) -> None:
    waiting(2)

    with pytest.raises(Collision):
        drain({TYPE: told(code)})

    assert set(states().values()) == {State.RECEIVED}


@pytest.mark.parametrize("code", ["22021", "23505", "54000"])
def test_trouble_with_what_was_sent_is_the_events(code: str) -> None:
    waiting(2)

    assert drain({TYPE: told(code)}) == 2

    assert set(states().values()) == {State.FAILED}


def test_bad_events_are_found_and_the_others_handled_as_one_batch() -> None:
    ids, batches = waiting(7), Batches()
    bad = {ids[1], ids[5]}

    drain({TYPE: refusing(bad, batches)})

    assert states() == {id_: State.FAILED if id_ in bad else State.PROCESSED for id_ in ids}
    assert (batches[0], batches[-1]) == (ids, [id_ for id_ in ids if id_ not in bad])
    assert {event.pk: event.error for event in Event.objects.filter(state=State.FAILED)} == {
        id_: f"Event {id_} is wrong." for id_ in bad
    }
    assert not Event.objects.filter(processed_at=None).exists()


def test_good_batch_is_handled_once_and_keeps_no_error() -> None:
    ids, batches = waiting(3), Batches()

    assert drain({TYPE: refusing(set(), batches)}) == 3

    assert batches == [ids]
    assert set(Event.objects.values_list("error", flat=True)) == {""}


def test_events_that_fail_together_alone_fail_all() -> None:
    """Or the drain would try them for ever."""
    waiting(2)

    def handler(events: Sequence[Waiting]) -> None:
        if len(events) == 2:
            raise Incomprehensible("Not both.")

    drain({TYPE: handler})

    assert set(Event.objects.values_list("state", "error")) == {(State.FAILED, "Not both.")}


def test_what_a_trial_did_is_undone() -> None:
    ids = waiting(4)

    def handler(events: Sequence[Waiting]) -> None:
        for event in events:
            Event.objects.filter(pk=event.id).update(subscription=f"{event.id} once", subject=event.type)
            if event.id == ids[-1]:
                raise Incomprehensible("The last one.")

    drain({TYPE: handler})

    assert dict(Event.objects.exclude(subscription="").values_list("pk", "subscription")) == {
        id_: f"{id_} once" for id_ in ids[:-1]
    }


def test_bug_is_told_by_its_place_and_never_by_its_values(caplog: pytest.LogCaptureFixture) -> None:
    [id_] = waiting()

    def handler(_events: Sequence[Waiting]) -> None:
        raise ValueError("secret words")

    drain({TYPE: handler})

    line = handler.__code__.co_firstlineno + 1
    assert Event.objects.get().error == f"ValueError in handler:{line}"
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert caplog.messages == [f"Event {id_} of type {TYPE} failed: ValueError in handler:{line}"]


def test_types_are_handled_in_one_order_and_no_further_than_the_limit() -> None:
    kinds = ["B", "A", "C"]
    ids = {kind: waiting(1, kind)[0] for kind in kinds}
    order: list[str] = []

    def handler(events: Sequence[Waiting]) -> None:
        order.extend(event.type for event in events)

    assert drain(dict.fromkeys(kinds, handler), limit=2) == 2

    assert order == ["A", "B"]  # the oldest two, by the names of their types
    assert states() == {ids["A"]: State.PROCESSED, ids["B"]: State.PROCESSED, ids["C"]: State.RECEIVED}


def test_connection_that_is_gone_leaves_the_events_waiting() -> None:
    """Without a code of PostgreSQL's."""
    waiting(2)

    def handler(_events: Sequence[Waiting]) -> None:
        raise OperationalError("the connection is closed")

    with pytest.raises(DatabaseError):
        drain({TYPE: handler})

    assert set(states().values()) == {State.RECEIVED}
