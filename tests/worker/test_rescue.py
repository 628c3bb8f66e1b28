"""Jobs that a killed worker left behind are run again, once."""

import asyncio
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from centrala.conversations.jobs import send_message
from centrala.worker import jobs

pytestmark = pytest.mark.django_db(transaction=True)


def job_of_a_dead_worker() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (%s) returning id", [now() - timedelta(hours=1)]
        )
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, priority, args, status, worker_id)"
            " values ('sms', 'conversations.send_message', 0, '{}', 'doing', %s)",
            cursor.fetchone(),
        )


async def rescue_for_a_moment(many: int) -> list[object]:
    async with jobs.working_app().open_async() as app:
        tasks = [asyncio.create_task(jobs.rescue(app)) for _ in range(many)]
        await asyncio.wait(tasks, timeout=1)
        for task in tasks:
            task.cancel()
        return list(await asyncio.gather(*tasks, return_exceptions=True))


@pytest.mark.long
def test_two_rescuers_put_the_same_job_back_once_and_go_on(settings: Settings) -> None:
    settings.STALLED_AFTER_SECONDS = 0.3
    job_of_a_dead_worker()

    ends = asyncio.run(rescue_for_a_moment(many=2))

    assert [type(end) for end in ends] == [asyncio.CancelledError] * 2
    assert list(ProcrastinateJob.objects.values_list("status", "attempts")) == [("todo", 1)]


def _defer_and_undo() -> None:
    try:
        with transaction.atomic():
            send_message.defer(message_id="none")
            transaction.set_rollback(True)
    finally:
        connections.close_all()


async def undone_while_jobs_run() -> None:
    async with jobs.working_app().open_async():
        await asyncio.to_thread(_defer_and_undo)


def test_job_that_the_worker_itself_defers_is_part_of_the_transaction() -> None:
    asyncio.run(undone_while_jobs_run())

    assert ProcrastinateJob.objects.count() == 0
