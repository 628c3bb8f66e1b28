"""Campaigns as a loop: twice a second what may leave soon is handed over."""

import threading

from centrala.campaigns.feeding import feed

POLL_SECONDS = 0.5


def run(stop: threading.Event) -> None:
    """Feeds until told to stop. Raises OperationalError when the database goes away: what waits, waits there."""
    while not stop.wait(POLL_SECONDS):
        feed()
