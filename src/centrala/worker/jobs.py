"""Jobs: Procrastinate's worker, and the rescue of jobs whose worker was killed."""

import asyncio
import logging

from django.conf import settings
from procrastinate import App
from procrastinate.contrib.django import app as django_app

PAUSE_AFTER_FAULT_SECONDS = 1.0
CONCURRENCY = 4
log = logging.getLogger(__name__)


async def run(stop: asyncio.Event) -> None:
    """Runs jobs until told to stop; then lets those under way finish for a few seconds.

    Procrastinate's worker returns without an error when the database goes away, so a return is a fault, too.
    """
    while not stop.is_set():
        try:
            await _work(stop)
        except OSError as error:
            log.warning("Jobs cannot be run (%s). Trying again.", error)
        if not stop.is_set():
            await asyncio.sleep(PAUSE_AFTER_FAULT_SECONDS)


async def _work(stop: asyncio.Event) -> None:
    connector = django_app.connector.get_worker_connector()  # type: ignore[attr-defined] # the Django connector's
    with django_app.replace_connector(connector) as app:
        async with app.open_async():
            worker = asyncio.create_task(_worker(app))
            rescue = asyncio.create_task(_rescue(app))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({worker, rescue, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in (worker, rescue, stopping):
                task.cancel()
            for result in await asyncio.gather(worker, rescue, stopping, return_exceptions=True):
                _complain(result)


async def _worker(app: App) -> None:
    await app.run_worker_async(
        install_signal_handlers=False,
        concurrency=CONCURRENCY,
        shutdown_graceful_timeout=5,
        update_heartbeat_interval=settings.STALLED_AFTER_SECONDS / 3,
        stalled_worker_timeout=settings.STALLED_AFTER_SECONDS,
        delete_jobs="successful",
    )


async def _rescue(app: App) -> None:
    """Puts the jobs of killed workers back: Procrastinate lists them, and leaves them where they are."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=settings.STALLED_AFTER_SECONDS):
            log.warning("Job %s (%s) was left by a killed worker. Running it again.", job.id, job.task_name)
            await app.job_manager.retry_job(job)
        await asyncio.sleep(settings.STALLED_AFTER_SECONDS / 3)


def _complain(result: object) -> None:
    if isinstance(result, Exception):
        log.warning("Jobs stopped (%s: %s). Trying again.", type(result).__name__, str(result).partition("\n")[0])
