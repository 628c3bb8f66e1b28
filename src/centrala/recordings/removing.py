"""Recordings go: kept long enough, or with their customer. Rows go in the transaction, files once it is committed."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from centrala.azure.errors import AzureError
from centrala.azure.recordings import ForeignHost, RecordingFiles
from centrala.calls.models import Call, Transcript
from centrala.connection.models import Connection
from centrala.conversations.models import Spoken
from centrala.organization.audit import record
from centrala.recordings import soon
from centrala.recordings.keeping import storage
from centrala.recordings.models import Chunk, Joined, Leg, Recording
from centrala.workstreams.models import Workstream

BATCH = 200  # calls
KEPT = Q(recordings__isnull=False) | Q(legs__isnull=False) | Q(joined__isnull=False) | Q(transcript__isnull=False)
log = logging.getLogger(__name__)


def forget(calls: Iterable[Call]) -> int:
    """Deletes the recordings and transcripts of these calls and has their files deleted, the cloud's own among them; in
    the caller's transaction. Returns how many calls had any."""
    ids = [call.pk for call in calls]
    chunks = Chunk.objects.filter(recording__call__in=ids)
    kept: list[QuerySet[Chunk] | QuerySet[Leg] | QuerySet[Joined]] = [
        chunks,
        Leg.objects.filter(call__in=ids),
        Joined.objects.filter(call__in=ids),
    ]
    names = [name for rows in kept for name in rows.values_list("name", flat=True) if name]
    near = chunks.filter(deleted_from_cloud_at=None, told_at__gt=now() - timedelta(days=2)).exclude(delete_location="")
    soon.remove(names, from_cloud=list(near.values_list("recording__call__connection", "delete_location")))
    had = Call.objects.filter(KEPT, pk__in=ids)
    count = had.distinct().count()
    Spoken.objects.filter(conversation__call__in=ids).delete()
    Transcript.objects.filter(call__in=ids).delete()
    for model in (Joined, Leg, Recording):
        model._default_manager.filter(call__in=ids).delete()
    return count


def remove(*, names: Iterable[str], from_cloud: Iterable[tuple[str, str]]) -> None:
    """May run twice: what is gone is gone. What the cloud refuses, it deletes by itself within a day."""
    for name in names:
        storage().delete(name)
    for connection_id, location in from_cloud:
        connection = Connection.objects.filter(pk=connection_id).first()
        if connection is None:
            continue
        try:
            RecordingFiles(connection=connection.connection_string, cloud=settings.CLOUD).delete(location)
        except ForeignHost:
            continue
        except AzureError as error:
            if not error.permanent:
                raise
            log.warning("A recording could not be deleted from the cloud (%s).", error.status)


def forget_old() -> int:
    """Those that their workstreams keep no longer. A legal hold of the customer keeps them all the same."""
    count = 0
    for workstream in Workstream.objects.filter(keep_recordings_days__isnull=False):
        assert workstream.keep_recordings_days is not None
        count += _forget_before(workstream, days=workstream.keep_recordings_days)
    return count


def _forget_before(workstream: Workstream, *, days: int) -> int:
    old = Call.objects.filter(KEPT, ended_at__lt=now() - timedelta(days=days)).order_by("pk").distinct()
    count = 0
    while True:
        with transaction.atomic():
            found = old.filter(conversation__workstream=workstream, conversation__contact__held="")
            if not (calls := list(found[:BATCH])):
                break
            count += forget(calls)
    if count:
        record(actor=None, act="delete recordings", target=workstream.name, after={"recordings": count})
    return count
