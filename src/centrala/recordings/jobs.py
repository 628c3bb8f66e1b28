"""Background jobs of recordings: each fetches by id and calls one action."""

import logging
from uuid import UUID

from procrastinate.contrib.django import app

from centrala.conversations.jobs import WhileItMaySucceed
from centrala.organization.jobs import AFTER_TEXTS
from centrala.recordings import actions, fetching, joining, keeping, legs, reconciling, removing
from centrala.recordings.soon import QUEUE

log = logging.getLogger(__name__)


@app.task(name="recordings.follow", queue="calls", retry=WhileItMaySucceed())
def follow(*, call_id: str) -> None:
    actions.follow(call_id=UUID(call_id))


@app.task(name="recordings.fetch", queue=QUEUE, priority=AFTER_TEXTS, retry=WhileItMaySucceed())
def fetch(*, document_id: str) -> None:
    fetching.fetch(document_id=document_id)


@app.task(name="recordings.join", queue=QUEUE, priority=AFTER_TEXTS, retry=WhileItMaySucceed())
def join(*, call_id: str) -> None:
    joining.join(call_id=UUID(call_id))


@app.task(name="recordings.remove", queue=QUEUE, priority=AFTER_TEXTS, retry=WhileItMaySucceed())
def remove(*, names: list[str], from_cloud: list[tuple[str, str]]) -> None:
    removing.remove(names=names, from_cloud=from_cloud)


@app.periodic(cron="* * * * *")
@app.task(name="recordings.keep_legs", queue=QUEUE, priority=AFTER_TEXTS, queueing_lock="recordings.keep_legs")
def keep_legs(timestamp: int) -> None:
    try:
        legs.keep_all()
    finally:
        keeping.put_away()
    reconciling.join_forgotten(within=reconciling.A_MOMENT)


@app.periodic(cron="*/15 * * * *")
@app.task(name="recordings.reconcile", queue=QUEUE, priority=AFTER_TEXTS, queueing_lock="recordings.reconcile")
def reconcile(timestamp: int) -> None:
    if count := reconciling.note_missing():
        log.warning("%d recordings should have come from Azure and did not", count)
    reconciling.fetch_forgotten()
    reconciling.join_forgotten()


@app.periodic(cron="41 2 * * *")
@app.task(name="recordings.forget_old", queue=QUEUE, priority=AFTER_TEXTS, queueing_lock="recordings.forget_old")
def forget_old(timestamp: int) -> None:
    if count := removing.forget_old():
        log.info("The recordings of %d calls were kept long enough and are deleted", count)
