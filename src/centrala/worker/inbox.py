"""The drain as loops, each in a thread with connections of its own: calls have one that no text is in the way of.

A loop wakes when the inbox says so, and every second in case a notice was lost. While a burst is being drained, a
second loop takes every other batch: it reads texts while the first one's are on their way into the tables.
"""

import gc
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

import psycopg
from django.db import connections

from centrala.calls import ringing
from centrala.conversations import handlers
from centrala.database import session
from centrala.inbox.drain import BATCH, Collision, drain
from centrala.inbox.waiting import FULL, Lane
from centrala.recordings import told

HANDLERS = {**handlers.HANDLERS, **ringing.HANDLERS, **told.HANDLERS}
POLL_SECONDS = 1.0
# A batch makes some ten thousand objects, all of which go with it; looking through them for cycles, every 700 of them
# and now and then through all that Django has loaded, was a sixth of its work.
OBJECTS_A_COLLECTION = 50_000


def run(stop: threading.Event) -> None:
    """Drains until told to stop. Raises OperationalError when the database goes away: its events stay as they were."""
    gc.freeze()
    gc.set_threshold(OBJECTS_A_COLLECTION)
    burst = threading.Event()
    loops: list[Callable[[], None]] = [
        lambda: _listen(stop, Lane.CALLS, burst),
        lambda: _listen(stop, Lane.OTHERS, burst),
        lambda: _help(stop, burst),
    ]
    with ThreadPoolExecutor(len(loops), "drain") as threads:
        ended, _ = wait([threads.submit(_closing, loop) for loop in loops], return_when=FIRST_COMPLETED)
        stop.set()  # where one of them failed the worker ends, and the others with it
        for loop in ended:
            loop.result()


def _closing(loop: Callable[[], None]) -> None:
    try:
        loop()
    finally:
        connections.close_all()


def _listen(stop: threading.Event, lane: Lane, burst: threading.Event) -> None:
    with session() as listener:
        listener.execute("listen inbox")
        while not stop.is_set():
            drained = _drain(lane)
            if drained >= BATCH:
                burst.set()
            if drained < FULL:
                _wait(listener)


def _help(stop: threading.Event, burst: threading.Event) -> None:
    while not stop.is_set():
        if burst.wait(POLL_SECONDS):
            burst.clear()
            while _drain(Lane.OTHERS) >= BATCH and not stop.is_set():
                pass
            connections.close_all()  # back to the pool, which has no more than jobs and loops want


def _drain(lane: Lane) -> int:
    try:
        return drain(HANDLERS, lane=lane)
    except Collision:
        return BATCH  # at least: there is more to do now


def _wait(listener: psycopg.Connection[Any]) -> None:
    for _notice in listener.notifies(timeout=POLL_SECONDS, stop_after=1):
        return
