"""Raw events go when they are old; nothing goes that nobody has dealt with."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from procrastinate.contrib.django import app
from pytest_django import Settings

from centrala.inbox.jobs import forget_old
from centrala.inbox.models import Event, State
from inbox.test_queries import came

pytestmark = pytest.mark.django_db


def aged(count: int, state: State, *, days: float) -> set[int]:
    ids = came(count, state)
    Event.objects.filter(pk__in=ids).update(received_at=now() - timedelta(days=days))
    return set(ids)


def left() -> set[int]:
    return set(Event.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("batch", [1, 2, 1_000])
def test_old_processed_events_go_and_all_others_stay(
    batch: int, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr("centrala.inbox.forgetting.BATCH", batch)
    settings.KEEP_EVENTS_DAYS = 30
    stay = {one for state in State if state is not State.PROCESSED for one in aged(2, state, days=31)}
    stay |= aged(2, State.PROCESSED, days=29.9)
    aged(3, State.PROCESSED, days=31)
    aged(2, State.PROCESSED, days=400)

    forget_old(0)

    assert left() == stay


def test_nothing_goes_where_events_are_kept_for_ever(settings: Settings) -> None:
    settings.KEEP_EVENTS_DAYS = 0
    old = aged(1, State.PROCESSED, days=4_000)

    forget_old(0)

    assert left() == old


def test_old_events_go_every_hour() -> None:
    app.perform_import_paths()

    [task] = [one for one in app.periodic_registry.periodic_tasks.values() if one.task.name == "inbox.forget_old"]

    assert task.cron == "23 * * * *"
