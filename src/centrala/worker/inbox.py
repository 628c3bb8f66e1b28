"""The drain as a loop: wakes when the inbox says so, and every second in case a notice was lost."""

import threading
from typing import Any

import psycopg

from centrala.conversations.handlers import HANDLERS
from centrala.database import session
from centrala.inbox.drain import Collision, drain

POLL_SECONDS = 1.0


def run(stop: threading.Event) -> None:
    """Drains until told to stop. Raises OperationalError when the database goes away: its events stay as they were."""
    with session() as listener:
        listener.execute("listen inbox")
        while not stop.is_set():
            if not _drain():
                _wait(listener)


def _drain() -> bool:
    """Whether there was something to do."""
    try:
        return drain(HANDLERS) > 0
    except Collision:
        return True


def _wait(listener: psycopg.Connection[Any]) -> None:
    for _notice in listener.notifies(timeout=POLL_SECONDS, stop_after=1):
        return
