"""The worker process: the drain, the router, the jobs, and an eye on the database.

A worker that loses its database ends at once and is started anew by the supervisor (or systemd, or whatever runs it).
Two pools, two listeners and a loop of somebody else would each have to find their own way back; a new process has one.
Nothing is lost: events and jobs wait in the database, and every job may run twice.
"""

import asyncio
import logging
import os
import signal
import threading
from typing import Any

import psycopg

from centrala.database import dsn
from centrala.worker import campaigns, inbox, jobs, routing

GRACE_SECONDS = 10.0
log = logging.getLogger(__name__)


async def work() -> int:
    """Runs until SIGTERM or SIGINT, and answers the exit code; 1 when the database has gone away."""
    stop, stop_loops = asyncio.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    asked = asyncio.create_task(stop.wait())
    loops = [
        asyncio.create_task(asyncio.to_thread(loop, stop_loops)) for loop in (inbox.run, routing.run, campaigns.run)
    ]
    others = [asyncio.create_task(jobs.run()), asyncio.create_task(_watch_database())]
    done, _ = await asyncio.wait({asked, *loops, *others}, return_when=asyncio.FIRST_COMPLETED)
    if asked not in done:
        _abandon(done)
    stop_loops.set()
    for task in others:
        task.cancel()
    await asyncio.wait({*loops, *others}, timeout=GRACE_SECONDS)
    return 0


async def _watch_database() -> None:
    """Returns when the connection breaks, at once: no question needs to be asked for that."""
    async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as connection:
        await connection.execute("listen nothing")
        async for _notice in connection.notifies():
            pass


def _abandon(done: set[asyncio.Task[Any]]) -> None:  # tasks of several kinds
    for task in done:
        error = task.exception()
        if error is not None and not isinstance(error, (psycopg.OperationalError, OSError)):
            log.error("The worker ends because of an unforeseen error.", exc_info=error)
    log.warning("The worker lost the database and ends, to be started anew.")
    # Not sys.exit: it would wait for threads that wait for the database.
    logging.shutdown()
    os._exit(1)
