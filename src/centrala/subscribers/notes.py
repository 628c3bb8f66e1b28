"""What is to be told is noted in the transaction in which it happens: one job for all of it, and nothing where nobody
has asked for it. So a burst that opens a thousand conversations costs the drain one row.

Each is told at least once, in no certain order.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from centrala.database import run
from centrala.subscribers import jobs
from centrala.subscribers.models import Kind, State

News = Mapping[Kind, Collection[UUID]]
ASKED = "select distinct unnest(kinds) from subscribers_subscription where state = %s and kinds && %b::varchar[]"


def note(news: News, *, at: datetime) -> None:
    """Of each kind the conversations or messages to which it happened."""
    found = {kind: [str(id_) for id_ in ids] for kind, ids in news.items()}
    asked = _asked([kind for kind, ids in found.items() if ids])
    if wanted := {kind.value: ids for kind, ids in found.items() if kind in asked and ids}:
        jobs.spread.defer(news=wanted, at=at.isoformat())


def _asked(kinds: list[Kind]) -> set[str]:
    if not kinds:
        return set()
    return {kind for (kind,) in run(ASKED, str(State.ACTIVE), [str(kind) for kind in kinds])}
