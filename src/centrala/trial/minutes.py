"""The trial's minutes. A call that is connected is lent some at a time, and asks for more before they run out; what it
did not talk comes back with its end. All of it under the lock of the trial's row, so that two calls at once never get
the same seconds; and the last to end ends the trial.
"""

from datetime import timedelta
from math import ceil
from uuid import UUID

from django.db import transaction

from centrala.organization.standing import standing
from centrala.trial import actions
from centrala.trial.models import LEAST, Ending, Trial

LEASE = 60  # seconds


@transaction.atomic
def lease(connection_id: UUID, *, wish: int = LEASE) -> int:
    """So many seconds may be talked (more) by a number of this connection; 0 where nothing is left, or the trial is
    over."""
    found = Trial.objects.select_for_update().filter(connection=connection_id, ended_at=None).first()
    if found is None or not standing().trial_running:
        return 0
    given = min(wish, int(found.left.total_seconds()))
    found.leased += given
    found.save(update_fields=["leased"])
    return given


@transaction.atomic
def settle(connection_id: UUID, *, leased: int, talked: timedelta) -> None:
    """The call is over: what it talked is used, begun seconds whole. It may have talked some more than it was lent,
    until Azure had hung it up: that counts as far as there is any."""
    found = Trial.objects.select_for_update().filter(connection=connection_id).first()
    if found is None:
        return
    found.leased = max(0, found.leased - leased)
    found.used += min(ceil(talked.total_seconds()), int(found.left.total_seconds()))
    found.save(update_fields=["leased", "used"])
    if found.ended_at is None and not found.leased and found.unused < LEAST:
        actions.end(actor=None, why=Ending.USED_UP)


def is_talkable(trial: Trial) -> bool:
    """Whether a call may begin."""
    return trial.ended_at is None and trial.left > timedelta() and standing().trial_running
