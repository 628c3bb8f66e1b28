"""The router as a loop: wakes when something waits or somebody has become free, and every second in case a notice was
lost and for what comes with time alone."""

import threading
import time
from typing import Any

import psycopg
from django.utils.timezone import now

from centrala.calls import sweeps as calls
from centrala.database import session
from centrala.routing.actions import expire_offers
from centrala.routing.router import route
from centrala.routing.sweeps import sweep

POLL_SECONDS = 1.0
SWEEP_SECONDS = 10.0


def run(stop: threading.Event) -> None:
    """Routes until told to stop. Raises OperationalError when the database goes away: what waits, waits there."""
    swept = -SWEEP_SECONDS
    with session() as listener:
        listener.execute("listen routing")
        begun = now()
        while not stop.is_set():
            if time.monotonic() - swept >= SWEEP_SECONDS:
                sweep(begun=begun)
                calls.sweep()
                swept = time.monotonic()
            expire_offers()
            if not route():
                _wait(listener)


def _wait(listener: psycopg.Connection[Any]) -> None:
    for _notice in listener.notifies(timeout=POLL_SECONDS, stop_after=1):
        return
