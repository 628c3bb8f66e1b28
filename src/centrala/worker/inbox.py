"""The drain as a loop: wakes when the inbox says so, and every second in case a notice was lost."""

import logging
import threading

import psycopg
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from centrala.conversations.handlers import HANDLERS
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
    with _listener() as listener:
        listener.execute("listen inbox")
        while not stop.is_set():
            # Not until it is empty: the connection is given back between batches, so that a stop is quick.
            while drain(HANDLERS) == BATCH and not stop.is_set():
                pass
            _wait(listener)


def _wait(listener: psycopg.Connection) -> None:
    for _notice in listener.notifies(timeout=POLL_SECONDS, stop_after=1):
        return


def _listener() -> psycopg.Connection:
    """A connection of its own, outside the pool: LISTEN belongs to one session."""
    parameters = connection.get_connection_params()
    wanted = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if key in parameters}
    return psycopg.connect(**wanted, autocommit=True)
