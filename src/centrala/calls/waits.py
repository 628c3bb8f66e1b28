"""How long callers wait in a queue until somebody answers: an average in which the last calls count most."""

from datetime import datetime, timedelta

from django.utils.timezone import now

from centrala.database import run

NEEDED = 20  # calls that were answered, before anything is said of them
LOOKED_AT = 100
IDLE = timedelta(days=7)  # after which nothing is known again
WEIGHT = 0.1  # of the newest
ANSWERED = """
    select extract(epoch from talk.assigned_at - talk.queued_at)
    from calls_call as call join conversations_conversation as talk on talk.id = call.conversation_id
    left join routing_overflowed as over on over.conversation_id = talk.id
    where over.settled_at is null and talk.queue_id = %s and talk.assigned_at >= talk.queued_at and call.rang_at > %s
    order by call.rang_at desc limit %s
"""


def average(queue_id: int, *, at: datetime | None = None) -> float | None:
    """In minutes; None where too few were answered lately."""
    since = (at or now()) - IDLE
    waits = [float(seconds) for (seconds,) in run(ANSWERED, queue_id, since, LOOKED_AT)]
    if len(waits) < NEEDED:
        return None
    found, *later = reversed(waits)
    for seconds in later:
        found += WEIGHT * (seconds - found)
    return found / 60
