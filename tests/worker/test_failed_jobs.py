"""Jobs that failed are kept for a month."""

import asyncio
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.organization.jobs import FAILED_JOBS_DAYS, forget_failed_jobs

pytestmark = pytest.mark.django_db(transaction=True)
A_MONTH = timedelta(days=FAILED_JOBS_DAYS)
SOON = timedelta(seconds=10)


def job(status: str, *, since: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, priority, args, status)"
            " values ('sms', 'conversations.send_message', 0, '{}', 'todo') returning id"
        )
        (id_,) = cursor.fetchone()
        cursor.execute("update procrastinate_jobs set status = %s where id = %s", [status, id_])
        cursor.execute("update procrastinate_events set at = %s where job_id = %s", [now() - since, id_])


async def run_what_is_to_do() -> None:
    connector = django_app.connector.get_worker_connector()  # type: ignore[attr-defined] # the Django connector's
    with django_app.replace_connector(connector) as app:
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False, queues=["mail"])


def test_failed_jobs_are_forgotten_after_a_month_and_waiting_ones_never() -> None:
    for status in ("failed", "cancelled", "todo"):
        job(status, since=A_MONTH + SOON)
        job(status, since=A_MONTH - SOON)
    forget_failed_jobs.defer(timestamp=0)

    asyncio.run(run_what_is_to_do())

    left = ProcrastinateJob.objects.filter(task_name="conversations.send_message").values_list("status", flat=True)
    assert sorted(left) == ["cancelled", "failed", "todo", "todo"], "of each of the first two the younger"
