"""Handling events once more: what goes back, and what does not."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.inbox.actions import ask_to_replay, delete, replay
from centrala.inbox.jobs import replay_all
from centrala.inbox.models import Event, State
from centrala.inbox.queries import Wanted
from centrala.organization.models import AuditEntry
from inbox.test_queries import came

pytestmark = pytest.mark.django_db


def handled(count: int, state: State, **fields: object) -> list[int]:
    ids = came(count, state)
    Event.objects.filter(pk__in=ids).update(**{"processed_at": now(), "error": "x", **fields})
    return ids


def waiting() -> set[int]:
    return set(Event.objects.filter(state=State.RECEIVED).values_list("pk", flat=True))


def test_only_failed_and_unknown_events_go_back() -> None:
    ids = {state: handled(1, state)[0] for state in State}

    count = replay(events=list(ids.values()), actor=None)

    assert count == 2
    assert waiting() == {ids[State.RECEIVED], ids[State.FAILED], ids[State.UNKNOWN]}
    assert Event.objects.get(pk=ids[State.FAILED]).error == ""
    assert AuditEntry.objects.get(act="replay events").after == {"events": 2}


def test_second_replay_of_the_same_event_does_nothing_and_is_not_logged() -> None:
    [event] = handled(1, State.FAILED)

    assert (replay(events=[event], actor=None), replay(events=[event], actor=None)) == (1, 0)
    assert AuditEntry.objects.filter(act="replay events").count() == 1


@pytest.mark.parametrize("size", [1, 2, 500])
def test_all_that_a_filter_wants_goes_back_in_batches(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr("centrala.inbox.replaying.BATCH", size)
    wanted = handled(5, State.FAILED, type="A", subject="/phonenumber/1")
    handled(2, State.FAILED, type="B", subject="/phonenumber/1")
    handled(2, State.UNKNOWN, type="A", subject="/phonenumber/1")
    handled(2, State.FAILED, type="A", subject="/other")
    handled(2, State.PROCESSED, type="A", subject="/phonenumber/1")

    replay_all(state="failed", types=["A"], search="PhoneNumber", until=now().isoformat())

    assert waiting() == set(wanted)


def test_what_fails_after_it_was_asked_for_stays() -> None:
    asked = now()
    before = handled(1, State.FAILED, processed_at=asked - timedelta(seconds=1))
    handled(1, State.FAILED, processed_at=asked + timedelta(seconds=1))

    replay_all(state="", types=[], search="", until=asked.isoformat())

    assert waiting() == set(before)


def test_asking_is_logged_and_queued_with_its_filter() -> None:
    ask_to_replay(wanted=Wanted(state="failed", types=("A",), search="/x"), actor=None)

    job = ProcrastinateJob.objects.get(task_name="inbox.replay_all")
    assert {name: job.args[name] for name in ("state", "types", "search")} == {
        "state": "failed",
        "types": ["A"],
        "search": "/x",
    }
    assert AuditEntry.objects.get(act="replay events").after == {"state": "failed", "types": ["A"], "search": "/x"}


def test_only_failed_and_unknown_events_are_deleted_and_the_log_keeps_which() -> None:
    ids = {state: handled(1, state, type="A")[0] for state in State}
    names = {state: Event.objects.get(pk=pk).event_id for state, pk in ids.items()}

    count = delete(events=[*ids.values(), 10**9], actor=None)

    assert count == 2
    assert set(Event.objects.values_list("pk", flat=True)) == {ids[State.RECEIVED], ids[State.PROCESSED]}
    kept = AuditEntry.objects.get(act="delete events").before
    assert kept == {"events": 2, "deleted": [f"A {names[state]}" for state in (State.UNKNOWN, State.FAILED)]}


def test_deleting_nothing_is_not_logged() -> None:
    assert delete(events=handled(1, State.PROCESSED), actor=None) == 0
    assert not AuditEntry.objects.exists()


def test_single_event_is_the_target_in_the_log_and_several_are_none() -> None:
    one, *more = handled(5, State.FAILED, type="A")
    name = Event.objects.get(pk=one).event_id

    replay(events=[one], actor=None)
    replay(events=more[:2], actor=None)
    Event.objects.filter(pk=one).update(state=State.FAILED)
    delete(events=[one], actor=None)
    delete(events=more[2:], actor=None)

    assert sorted(AuditEntry.objects.values_list("act", "target")) == [
        ("delete events", ""),
        ("delete events", f"A {name}"),
        ("replay events", ""),
        ("replay events", str(one)),
    ]
