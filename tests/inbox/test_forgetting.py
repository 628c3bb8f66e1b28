"""Raw events go when they are old; nothing goes that nobody has dealt with."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now
from procrastinate.contrib.django import app

from centrala.database import session
from centrala.inbox.forgetting import forget
from centrala.inbox.jobs import forget_old
from centrala.inbox.models import Event, State
from centrala.organization.actions import Wanted, change
from hub import TENANT
from inbox.test_queries import came

pytestmark = pytest.mark.django_db
INSERT = """
    insert into inbox_event
        (event_id, type, subject, body, endpoint, misdirected, subscription, received_at, state, error)
    values (%s, 'x', '', '{}', gen_random_uuid(), false, '', now(), 'received', '')
    on conflict (event_id) do nothing
"""


def aged(count: int, state: State, *, days: float) -> set[int]:
    ids = came(count, state)
    Event.objects.filter(pk__in=ids).update(received_at=now() - timedelta(days=days))
    return set(ids)


def left() -> set[int]:
    return set(Event.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("batch", [1, 2, 1_000])
def test_old_processed_events_go_and_all_others_stay(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("centrala.inbox.forgetting.BATCH", batch)
    change(wanted=Wanted(tenant_id=TENANT, keep_events_days=30), actor=None)
    stay = {one for state in State if state is not State.PROCESSED for one in aged(2, state, days=31)}
    stay |= aged(2, State.PROCESSED, days=29.9)
    aged(3, State.PROCESSED, days=31)
    aged(2, State.PROCESSED, days=400)

    forget_old(0)

    assert left() == stay


def test_without_a_word_they_are_kept_for_ninety_days() -> None:
    stay = aged(1, State.PROCESSED, days=89)
    aged(1, State.PROCESSED, days=91)

    forget_old(0)

    assert left() == stay


@pytest.mark.django_db(transaction=True)
def test_neither_intake_nor_deletion_waits_for_the_other() -> None:
    aged(3, State.PROCESSED, days=91)
    with session() as intake:
        intake.execute("set lock_timeout = '2s'")
        with intake.transaction(), transaction.atomic():
            intake.execute(INSERT, ["while nothing is deleted yet"])
            forget(days=90)
            intake.execute(INSERT, ["while the deletion is not committed"])

    assert set(Event.objects.values_list("event_id", flat=True)) == {
        "while nothing is deleted yet",
        "while the deletion is not committed",
    }


def test_nothing_goes_where_events_are_kept_for_ever() -> None:
    change(wanted=Wanted(tenant_id=TENANT, keep_events_days=0), actor=None)
    old = aged(1, State.PROCESSED, days=4_000)

    forget_old(0)

    assert left() == old


def test_old_events_go_every_hour() -> None:
    app.perform_import_paths()

    [task] = [one for one in app.periodic_registry.periodic_tasks.values() if one.task.name == "inbox.forget_old"]

    assert task.cron == "23 * * * *"
