"""What has waited for too long goes where its queue's rule says: once, in sets, and whichever worker is first."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from centrala.conversations.models import Conversation
from centrala.routing import overflow
from centrala.routing.models import Trace
from centrala.routing.router import route
from centrala.workstreams.models import Queue, QueueKind, Workstream
from centrala.workstreams.overflow import Condition, OverflowRule, Remedy
from routing.conftest import OnDuty, Waiting


@pytest.fixture
def queue(workstream: Workstream) -> Queue:
    return workstream.queue


def rule(queue: Queue, minutes: int, to: Queue | None = None) -> OverflowRule:
    return OverflowRule.objects.create(
        queue=queue,
        condition=Condition.WAITED,
        threshold=minutes,
        remedy=Remedy.OTHER_QUEUE if to else Remedy.END,
        target=to,
    )


def second() -> Queue:
    return Queue.objects.get_or_create(name="Second", kind=QueueKind.MESSAGING)[0]


def test_what_has_waited_for_too_long_goes_to_the_other_queue_and_keeps_its_place(
    queue: Queue, waiting: Waiting
) -> None:
    rule(queue, 60, second())
    late, early = waiting(2)
    place = late.queued_at
    assert place is not None

    assert overflow.sweep(at=place + timedelta(minutes=59)) == 0
    assert overflow.sweep(at=place + timedelta(minutes=60)) == 1

    late.refresh_from_db()
    early.refresh_from_db()
    assert (late.queue, late.queued_at, early.queue) == (second(), place, queue)
    assert str(Trace.objects.get()) == "Overflow: it had waited for 60 minutes. To Second."


def test_wait_in_the_other_queue_begins_anew(queue: Queue, waiting: Waiting) -> None:
    rule(queue, 60, second())
    rule(second(), 10)
    (late,) = waiting()
    at = now() + timedelta(minutes=5)

    counts = [overflow.sweep(at=at + timedelta(minutes=later)) for later in (0, 9, 10)]

    late.refresh_from_db()
    assert (counts, late.state, late.closing_reason) == ([1, 0, 1], "closed", "overflow")


def test_what_was_moved_twice_moves_no_more_but_can_be_ended(queue: Queue, waiting: Waiting) -> None:
    rule(queue, 1, second())
    back = rule(second(), 1, queue)
    (late,) = waiting()
    at = now()

    moved = [overflow.sweep(at=at + timedelta(minutes=2 * n)) for n in range(5)]
    assert moved == [1, 1, 0, 0, 0]
    late.refresh_from_db()
    assert late.queue == queue
    OverflowRule.objects.exclude(pk=back.pk).update(remedy=Remedy.END, target=None)

    assert overflow.sweep(at=at + timedelta(minutes=20)) == 1
    late.refresh_from_db()
    assert late.state == "closed"


def test_what_is_being_offered_is_left_with_its_agent(queue: Queue, waiting: Waiting, on_duty: OnDuty) -> None:
    rule(queue, 1)
    on_duty()
    (offered,) = waiting()
    route()

    assert overflow.sweep(at=now()) == 0
    offered.refresh_from_db()
    assert offered.state == "open"


def test_many_cost_no_more_questions_than_one(queue: Queue, waiting: Waiting) -> None:
    rule(queue, 1)
    counts = []
    for number in (1, 30):
        waiting(number)
        with CaptureQueriesContext(
            database,
        ) as asked:
            assert overflow.sweep(at=now()) == number
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert not Conversation.objects.filter(state="open").exists()
