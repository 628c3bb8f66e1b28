"""Jobs: Procrastinate's worker, and the rescue of jobs whose worker was killed."""

import asyncio
import logging

from django.conf import settings
from procrastinate import App
from procrastinate.contrib.django import app as django_app
from procrastinate.exceptions import ConnectorException

CONCURRENCY = 5  # webhooks take one at most, whatever their addresses do (api.jobs), and texts have the others
# No notice comes when a job's moment has come, nor when the one before it with its lock is done: these are found by
# asking. A second reply in a conversation waits so long at most, and texts that follow one another keep their moments.
POLL_SECONDS = 0.2
GRACE_SECONDS = 5
log = logging.getLogger(__name__)


async def run() -> None:
    """Runs jobs until cancelled; then lets those under way finish for a few seconds.

    Returns or raises when the database goes away: Procrastinate's worker ends without an error then.
    """
    async with working_app().open_async() as app:
        worker = asyncio.create_task(_worker(app))
        rescuer = asyncio.create_task(rescue(app))
        try:
            await asyncio.wait({worker, rescuer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # The rescue first: a worker that is stopping has no heartbeat, and its jobs are not lost.
            rescuer.cancel()
            worker.cancel()
            ended = await asyncio.gather(worker, rescuer, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error


def working_app() -> App:
    """Fetches jobs on connections of its own. What jobs, the drain and campaigns defer in this process goes by Django's
    connection all the same, so that it is in their transaction: with `replace_connector` it would be committed at once,
    and a job would look for a message that is not there yet."""
    connector = django_app.connector.get_worker_connector()  # type: ignore[attr-defined] # the Django connector's
    return django_app.with_connector(connector)


async def _worker(app: App) -> None:
    await app.run_worker_async(
        install_signal_handlers=False,
        concurrency=CONCURRENCY,
        fetch_job_polling_interval=POLL_SECONDS,
        shutdown_graceful_timeout=GRACE_SECONDS,
        update_heartbeat_interval=settings.STALLED_AFTER_SECONDS / 3,
        stalled_worker_timeout=settings.STALLED_AFTER_SECONDS,
        delete_jobs="successful",
    )


async def rescue(app: App) -> None:
    """Puts the jobs of killed workers back: Procrastinate lists them, and leaves them where they are."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=settings.STALLED_AFTER_SECONDS):
            try:
                await app.job_manager.retry_job(job)
            except ConnectorException:
                continue  # another worker was faster: the job is no longer where it was left
            log.warning("Job %s (%s) was left by a killed worker. Running it again.", job.id, job.task_name)
        await asyncio.sleep(settings.STALLED_AFTER_SECONDS / 3)
