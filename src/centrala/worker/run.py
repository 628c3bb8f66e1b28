"""The worker process: both loops, and a stop that loses nothing."""

import asyncio
import signal
import threading

from centrala.worker import inbox, jobs


async def work() -> None:
    """Runs until SIGTERM or SIGINT."""
    stop, stop_thread = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    drain = asyncio.create_task(asyncio.to_thread(inbox.run, stop_thread))
    work = asyncio.create_task(jobs.run(stop))
    try:
        # Neither may end by itself: a loop that broke takes the process down, and the supervisor starts it anew.
        await asyncio.wait({drain, work}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop_thread.set()
        stop.set()
        await asyncio.gather(drain, work)
