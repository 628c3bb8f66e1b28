"""/readyz says what keeps the hub from its work."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from app.watching import ask, measured

pytestmark = pytest.mark.django_db(transaction=True)


def worker_heard_of(*, seconds_ago: float) -> None:
    with connection.cursor() as cursor:
        beat = now() - timedelta(seconds=seconds_ago)
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (%s)", [beat])


def test_hub_with_database_and_worker_is_ready() -> None:
    worker_heard_of(seconds_ago=settings.STALLED_AFTER_SECONDS - 5)

    answer = ask("/readyz")

    assert (answer.status_code, answer.text) == (200, "ready\n")
    told = ask("/metrics", ("Authorization", f"Bearer {settings.METRICS_TOKEN}"))
    assert measured(told)["centrala_workers"] == 1


def test_hub_whose_worker_died_is_not_ready() -> None:
    worker_heard_of(seconds_ago=settings.STALLED_AFTER_SECONDS + 5)

    answer = ask("/readyz")

    assert (answer.status_code, answer.text) == (503, "no worker has been heard of for 30 s\n")


def test_hub_before_its_migrations_is_not_ready() -> None:
    worker_heard_of(seconds_ago=0)
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'inbox' and name = '0001_initial' returning *")
        row = cursor.fetchone()
    try:
        answer = ask("/readyz")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("insert into django_migrations values (%s, %s, %s, %s)", row)

    assert (answer.status_code, answer.text) == (503, "the database is not of this version: centrala migrate\n")


def test_hub_without_a_database_is_not_ready_and_yet_alive() -> None:
    nowhere = "postgresql://localhost:1/x"

    assert ask("/readyz", address=nowhere).text == "the database does not answer\n"
    assert ask("/healthz", address=nowhere).text == "ok"
