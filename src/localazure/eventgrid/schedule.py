"""When an event is tried again, and when no more.

https://learn.microsoft.com/azure/event-grid/delivery-and-retry
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from localazure.records.events import Delivery, Settings

MINUTE, HOUR = 60, 3600
WAITS = (10, 30, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR)
LATER_WAIT = 12 * HOUR
SUCCESS = frozenset({200, 201, 202, 203, 204})
NEVER_AGAIN = frozenset({400, 401, 403, 413})
LEAST_WAITS = {404: 5 * MINUTE, 408: 2 * MINUTE, 503: 30}
LEAST_WAIT = 10
OUTCOMES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    408: "TimedOut",
    413: "PayloadTooLarge",
    429: "Busy",
    503: "Busy",
}


@dataclass(frozen=True)
class Verdict:
    """`next_try` None: nothing more will be tried, for the `reason` given (none when it was delivered)."""

    delivered: bool
    next_try: datetime | None = None
    reason: str = ""


def outcome(status: int) -> str:
    return "Delivered" if status in SUCCESS else OUTCOMES.get(status, "Aborted")


def after_attempt(delivery: Delivery, settings: Settings, now: datetime) -> Verdict:
    """What follows from the delivery's last attempt. Real Event Grid adds a little jitter, this adds none."""
    made, last = len(delivery.attempts), delivery.attempts[-1]
    if last.status in SUCCESS:
        return Verdict(delivered=True)
    if last.status in NEVER_AGAIN:
        return Verdict(delivered=False, reason=last.outcome)
    if made >= settings.max_attempts:
        return Verdict(delivered=False, reason="MaxDeliveryAttemptsExceeded")
    planned = WAITS[made - 1] if made <= len(WAITS) else LATER_WAIT
    wait = max(planned, LEAST_WAITS.get(last.status or 0, LEAST_WAIT))
    return Verdict(delivered=False, next_try=now + timedelta(seconds=wait))


def expired(delivery: Delivery, settings: Settings, now: datetime) -> bool:
    """Looked at only when a retry is due; the first attempt is always made."""
    return bool(delivery.attempts) and now - delivery.published_at > timedelta(minutes=settings.ttl_minutes)
