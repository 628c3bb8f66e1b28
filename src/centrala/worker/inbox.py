"""The drain as a loop: wakes when the inbox says so, and every second in case a notice was lost."""

import logging
import threading
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, close_old_connections

from centrala.conversations.handlers import HANDLERS
from centrala.database import session
from centrala.inbox.drain import BATCH, drain

POLL_SECONDS = 1.0
PAUSE_AFTER_FAULT_SECONDS = 0.5
log = logging.getLogger(__name__)


def run(stop: threading.Event) -> None:
    """Drains until told to stop. A database that goes away is waited for: events stay in it as they were."""
    while not stop.is_set():
        try:
            _listen_and_drain(stop)
        except (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError) as error:
            log.warning("The inbox cannot be drained (%s). Trying again.", str(error).splitlines()[0])
            close_old_connections()
            stop.wait(PAUSE_AFTER_FAULT_SECONDS)


def _listen_and_drain(stop: threading.Event) -> None:
    with session() as listener:
        listener.execute("listen inbox")
        while not stop.is_set():
            # Not until it is empty: the connection is given back between batches, so that a stop is quick.
            while drain(HANDLERS) == BATCH and not stop.is_set():
                pass
            _wait(listener)


def _wait(listener: psycopg.Connection[Any]) -> None:
    for _notice in listener.notifies(timeout=POLL_SECONDS, stop_after=1):
        return
