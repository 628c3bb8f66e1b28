"""How often callers of a workstream were sent on to numbers outside today, which is capped: such a call costs as any
call out, and how long it lasts is not the hub's to see."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import models, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.errors import Refused
from centrala.workstreams.models import Workstream

KEPT = timedelta(days=2)


class SentOn(models.Model):
    """One wish to call a number outside for a caller, by the id that Azure is asked with. It counts even when the call
    has been erased."""

    id = models.UUIDField(primary_key=True)
    workstream = models.ForeignKey(Workstream, on_delete=models.CASCADE, db_index=False, related_name="sent_on")
    at = models.DateTimeField(default=now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workstream", "at"], name="sent_on_by_workstream")]

    def __str__(self) -> str:
        return f"{self.workstream} at {self.at}"


@transaction.atomic
def count(id_: UUID, workstream: Workstream, *, at: datetime | None = None) -> None:
    """What is asked for again, by whoever took the call over, counts once. Locks the workstream's row: wishes at once
    are all counted. Raises Refused when the cap is reached."""
    at = at or now()
    most = Workstream.objects.select_for_update(no_key=True).get(pk=workstream.pk).most_transfers
    if SentOn.objects.filter(pk=id_).exists():
        return
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if SentOn.objects.filter(workstream=workstream, at__gte=today).count() >= most:
        raise Refused(
            _(
                "Callers of this workstream were transferred outside %(most)d times today, which is the most. The day "
                "is that of UTC. Fix: an administrator raises “Most transfers outside in a day” in the workstream."
            )
            % {"most": most},
            field="number",
        )
    SentOn.objects.create(pk=id_, workstream=workstream, at=at)


def forget(*, at: datetime) -> None:
    """Of days before yesterday."""
    SentOn.objects.filter(at__lt=at - KEPT).delete()
