"""Background jobs of the inbox."""

import logging
from collections.abc import Sequence

from procrastinate.contrib.django import app

from centrala.inbox.forgetting import forget
from centrala.inbox.queries import Wanted
from centrala.inbox.replaying import put_all_back
from centrala.inbox.tallies import sum_up
from centrala.moments import moment
from centrala.organization.jobs import AFTER_TEXTS
from centrala.organization.models import KEPT_DAYS, Organization

log = logging.getLogger(__name__)


@app.task(name="inbox.replay_all", queue="inbox", priority=AFTER_TEXTS)
def replay_all(*, state: str, types: Sequence[str], search: str, until: str) -> None:
    """May run twice: what was put back before is not found again."""
    count = put_all_back(Wanted(state=state, types=tuple(types), search=search), until=moment(until))
    log.info("%d events were put back to be handled again", count)


@app.periodic(cron="23 * * * *")
@app.task(name="inbox.forget_old", queue="inbox", priority=AFTER_TEXTS, queueing_lock="inbox.forget_old")
def forget_old(timestamp: int) -> None:
    organization = Organization.objects.first()
    days = organization.keep_events_days if organization else KEPT_DAYS
    if days and (count := forget(days=days)):
        log.info("%d events that were handled long ago are deleted", count)


@app.periodic(cron="* * * * *")
@app.task(name="inbox.sum_up_tallies", queue="inbox", priority=AFTER_TEXTS, queueing_lock="inbox.sum_up_tallies")
def sum_up_tallies(timestamp: int) -> None:
    sum_up()
