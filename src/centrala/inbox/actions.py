"""Putting events back to be drained once more, or away."""

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction
from django.utils.timezone import now

from centrala.inbox import jobs
from centrala.inbox.models import REPLAYABLE, Event
from centrala.inbox.queries import Wanted
from centrala.inbox.replaying import put_back
from centrala.organization.audit import record
from centrala.organization.models import User

NAMED = 50  # of the events that are deleted at once, in the audit log


@transaction.atomic
def replay(*, events: Sequence[int], actor: User | None) -> int:
    """Puts those back that failed or are unknown; returns how many. What was handled meanwhile stays as it is."""
    count = put_back(events)
    if count:
        target = str(events[0]) if len(events) == 1 else ""
        record(actor=actor, act="replay events", target=target, after={"events": count})
    return count


@transaction.atomic
def delete(*, events: Sequence[int], actor: User | None) -> int:
    """Deletes those that failed or are unknown, for good; returns how many. The audit log keeps which they were."""
    gone = list(
        Event.objects.select_for_update()
        .filter(pk__in=events, state__in=REPLAYABLE)
        .order_by("pk")
        .values_list("pk", "event_id", "type")
    )
    if gone:
        Event.objects.filter(pk__in=[pk for pk, _event_id, _type in gone]).delete()
        named = [f"{type_} {event_id}" for _pk, event_id, type_ in gone[:NAMED]]
        target = named[0] if len(gone) == 1 else ""
        record(actor=actor, act="delete events", target=target[:500], before={"events": len(gone), "deleted": named})
    return len(gone)


@transaction.atomic
def ask_to_replay(*, wanted: Wanted, actor: User | None) -> None:
    """Has every failed or unknown event that is wanted and here by now put back in the background."""
    named = asdict(wanted) | {"types": list(wanted.types)}
    record(actor=actor, act="replay events", target="", after={name: value for name, value in named.items() if value})
    jobs.replay_all.defer(**named, until=now().isoformat())
