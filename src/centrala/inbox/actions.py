"""Putting events back to be drained once more."""

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction
from django.utils.timezone import now

from centrala.inbox import jobs
from centrala.inbox.queries import Wanted
from centrala.inbox.replaying import put_back
from centrala.organization.audit import record
from centrala.organization.models import User


@transaction.atomic
def replay(*, events: Sequence[int], actor: User | None) -> int:
    """Puts those back that failed or are unknown; returns how many. What was handled meanwhile stays as it is."""
    count = put_back(events)
    if count:
        target = str(events[0]) if len(events) == 1 else ""
        record(actor=actor, act="replay events", target=target, after={"events": count})
    return count


@transaction.atomic
def ask_to_replay(*, wanted: Wanted, actor: User | None) -> None:
    """Has every failed or unknown event that is wanted and here by now put back in the background."""
    named = asdict(wanted) | {"types": list(wanted.types)}
    record(actor=actor, act="replay events", target="", after={name: value for name, value in named.items() if value})
    jobs.replay_all.defer(**named, until=now().isoformat())
