"""Deleting raw events that were handled long ago."""

from datetime import timedelta

from django.db.models import Q
from django.utils.timezone import now

from centrala.inbox.models import Event, State

BATCH = 1_000


def forget(*, days: int) -> int:
    """Deletes processed events that are older, and returns how many. What waits, failed or is unknown stays.

    In batches, each its own transaction and each beginning where the one before ended: intake only ever adds at the
    other end, and what stays is passed once.
    """
    old = Event.objects.filter(received_at__lt=now() - timedelta(days=days)).order_by("received_at", "id")
    count, following = 0, old
    while batch := list(following.values_list("received_at", "id", "state")[:BATCH]):
        done = [id_ for _, id_, state in batch if state == State.PROCESSED]
        # Looked at once more: one may have been put back meanwhile.
        count += Event.objects.filter(pk__in=done, state=State.PROCESSED).delete()[0]
        at, last, _ = batch[-1]
        following = old.filter(Q(received_at__gt=at) | Q(received_at=at, pk__gt=last), received_at__gte=at)
    return count
