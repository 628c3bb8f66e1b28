"""Delayed delivery: an endpoint that keeps failing is left alone for a while.

https://learn.microsoft.com/azure/event-grid/delivery-and-retry#delayed-delivery
"""

from datetime import datetime, timedelta

FAILURES = 10  # in a row: the documentation's example
SECONDS = {
    "Busy": 10,
    "NotFound": 300,
    "SocketError": 30,
    "ResolutionError": 300,
    "Disabled": 300,
    "Full": 300,
    "TimedOut": 10,
    "Unauthorized": 300,
    "Forbidden": 300,
}


class Probation:
    """Of one endpoint of an event subscription. Ends with the first success; forgotten at a restart."""

    def __init__(self) -> None:
        self._failures = 0
        self.until: datetime | None = None

    def judge(self, outcome: str, *, delivered: bool, now: datetime) -> None:
        """What an attempt came to. Outcomes that the documentation gives no length for bring no probation."""
        self._failures = 0 if delivered else self._failures + 1
        seconds = SECONDS.get(outcome, 0)
        self.until = now + timedelta(seconds=seconds) if self._failures >= FAILURES and seconds else None
