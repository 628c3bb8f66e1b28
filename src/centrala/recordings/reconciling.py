"""Recordings whose files should have come and did not, and files whose time in the cloud runs out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.calls.models import CallState
from centrala.recordings import soon
from centrala.recordings.models import ALARM, IN_CLOUD, Chunk, ChunkState, Leg, Recording, RecordingState

# After a call: the service tells of the files within minutes, and Event Grid tries for a day to deliver it.
DUE_WITHIN = timedelta(hours=1)
LOOKED_BACK = timedelta(days=7)
A_MOMENT = timedelta(minutes=15)  # in which calls have just ended
FORGOTTEN = timedelta(minutes=10)  # a file is fetched in seconds; a job that is not there any more is made anew
MOST = 500


@dataclass(frozen=True)
class Standing:
    """How recordings stand; `first_leaves_at` is when the next file that is not kept yet goes out of the cloud."""

    waiting: int
    endangered: int
    lost: int
    missing: int
    first_leaves_at: datetime | None


def standing(at: datetime) -> Standing:
    """Of the last days."""
    waiting = Chunk.objects.filter(state=ChunkState.WAITING)
    first = waiting.aggregate(first=Min("told_at"))["first"]
    lost = Chunk.objects.filter(state__in=[ChunkState.GONE, ChunkState.REFUSED], told_at__gt=at - LOOKED_BACK)
    return Standing(
        waiting=waiting.count(),
        endangered=waiting.filter(told_at__lt=at - IN_CLOUD + ALARM).count(),
        lost=lost.count(),
        missing=Recording.objects.filter(missing_since__gt=at - LOOKED_BACK).count(),
        first_leaves_at=first + IN_CLOUD if first else None,
    )


def note_missing() -> int:
    """Says so of recordings of ours that nothing was told about an hour after their calls; returns of how many. What
    is told later still counts."""
    at = now()
    late = Recording.objects.filter(
        told_at=None, missing_since=None, call__state=CallState.ENDED, call__ended_at__lt=at - DUE_WITHIN
    ).exclude(state=RecordingState.REFUSED)
    found = list(late.values_list("pk", "call"))
    Recording.objects.filter(pk__in=[pk for pk, _call in found], told_at=None).update(
        missing_since=at, state=RecordingState.ENDED
    )
    for _pk, call in found:
        soon.join(call)
    return len(found)


def join_forgotten(*, within: timedelta = LOOKED_BACK) -> int:
    """Calls that ended lately of which the hub has its own part, and which nobody joins: of a node that died that part
    was kept while the call went on, when there was nothing to be joined yet."""
    left = Leg.objects.filter(call__state=CallState.ENDED, call__ended_at__gt=now() - within, call__joined=None)
    busy = _under_way("recordings.join", "call_id")
    found = [one for one in left.values_list("call", flat=True).distinct()[:MOST] if str(one) not in busy]
    for call in found:
        soon.join(call)
    return len(found)


def fetch_forgotten() -> int:
    """Files that nobody fetches any more, their job having failed too often: once more, as long as there is hope."""
    waiting = Chunk.objects.filter(state=ChunkState.WAITING, told_at__lt=now() - FORGOTTEN).order_by("told_at")
    busy = _under_way("recordings.fetch", "document_id")
    found = [one for one in waiting.values_list("document_id", flat=True)[:MOST] if one not in busy]
    for document_id in found:
        soon.fetch(document_id)
    return len(found)


def _under_way(task: str, argument: str) -> set[str]:
    """That argument of each job that waits or runs."""
    jobs = ProcrastinateJob.objects.filter(task_name=task, status__in=["todo", "doing"])
    return set(jobs.values_list(f"args__{argument}", flat=True))
