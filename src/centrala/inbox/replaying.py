"""How events are put back: one statement for each batch."""

from collections.abc import Sequence
from datetime import datetime

from centrala.inbox.models import REPLAYABLE, Event, State
from centrala.inbox.queries import Wanted, matching

BATCH = 500


def put_back(ids: Sequence[int]) -> int:
    """Of two at once, the second finds nothing left to do; what was handled meanwhile stays as it is."""
    again = Event.objects.filter(pk__in=ids, state__in=REPLAYABLE)
    return again.update(state=State.RECEIVED, processed_at=None, error="")


def put_all_back(wanted: Wanted, *, until: datetime) -> int:
    """In batches, each its own transaction: neither intake nor drain waits. `until` keeps out what fails anew."""
    waiting = matching(Event.objects.all(), wanted).filter(state__in=REPLAYABLE, processed_at__lte=until)
    count = place = 0
    while ids := list(waiting.filter(pk__gt=place).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        count += put_back(ids)
        place = ids[-1]
    return count
