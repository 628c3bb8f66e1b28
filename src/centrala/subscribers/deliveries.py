"""What each address is told, and when again: the schedule of Standard Webhooks, and the end of an address that does
not take anything any more."""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.timezone import now
from procrastinate.contrib.django import app

from centrala.organization.audit import record as record_act
from centrala.organization.jobs import AFTER_TEXTS
from centrala.subscribers.models import TEST, Attempt, Cause, Delivery, Outcome, Problem, State, Subscription
from centrala.subscribers.posting import Answer

# After the first attempt, which is made at once. https://www.standardwebhooks.com, "Deliverability and reliability".
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
LONGEST_ASKED = timedelta(hours=24)  # by Retry-After
JITTER = 0.1  # of each wait, so that an address that comes back is not met by all at once
FAILING_FOR = timedelta(days=5)
KEPT_FOR = timedelta(days=30)
GONE = 410
LONGEST_ANSWER = 1000
BATCH = 1000
log = logging.getLogger(__name__)


@transaction.atomic
def spread(*, news: Mapping[str, Collection[str]], at: datetime) -> None:
    """A delivery for each address that asked, however often the job runs."""
    rows = [
        Delivery(
            id=_id(one, kind, subject, at), subscription=one, kind=kind, subject=subject, happened_at=at, due_at=now()
        )
        for one in Subscription.objects.filter(state=State.ACTIVE, kinds__overlap=list(news))
        for kind, subjects in news.items()
        if kind in one.kinds
        for subject in subjects
    ]
    Delivery.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    if rows:
        wake()


def wake() -> None:
    """Has what is due sent, once this transaction is committed. One sender at a time: two would send the same."""
    task = app.configure_task("api.deliver_webhooks", queue="webhooks", lock="webhooks", priority=AFTER_TEXTS)
    task.defer()


def due(subscription: Subscription, *, at: datetime) -> list[UUID]:
    """Its deliveries whose moment has come, the longest due first."""
    found = subscription.deliveries.filter(due_at__lte=at)
    if subscription.state != State.ACTIVE:
        found = found.filter(kind=TEST)
    return list(found.order_by("due_at").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def record(*, delivery_id: UUID, answer: Answer, at: datetime) -> None:
    """Keeps how an attempt went, and plans the next one where there is one. An address that was deleted meanwhile
    leaves nothing."""
    subscriptions = Subscription.objects.select_for_update().filter(deliveries=delivery_id)
    subscription = subscriptions.first()
    delivery = Delivery.objects.select_for_update().filter(pk=delivery_id).first()
    if subscription is None or delivery is None:
        return
    delivery.attempts += 1
    attempt = Attempt.objects.create(
        delivery=delivery,
        subscription=subscription,
        number=delivery.attempts,
        at=at,
        status=answer.status,
        problem=answer.problem or "",
        milliseconds=answer.milliseconds,
        answer=answer.text[:LONGEST_ANSWER],
    )
    _settle(delivery, attempt, asked=answer.retry_after)
    if answer.problem != Problem.DELETED:
        _judge(subscription, delivery, attempt)


def _settle(delivery: Delivery, attempt: Attempt, *, asked: timedelta | None) -> None:
    final = delivery.kind == TEST or attempt.status == GONE or attempt.problem == Problem.DELETED
    if attempt.succeeded:
        delivery.outcome, delivery.due_at = Outcome.DELIVERED, None
    elif final or delivery.step >= len(WAITS):
        delivery.outcome, delivery.due_at = Outcome.FAILED, None
    else:
        delivery.due_at = attempt.at + _wait(delivery, asked)
        delivery.step += 1
    delivery.save(update_fields=["attempts", "step", "due_at", "outcome"])


def _wait(delivery: Delivery, asked: timedelta | None) -> timedelta:
    """As the schedule says; longer where the address asks for it, but never for so long that it would be given up."""
    wait = max(WAITS[delivery.step], min(asked or timedelta(), LONGEST_ASKED))
    return wait * (1 + SystemRandom().uniform(0, JITTER))


def _judge(subscription: Subscription, delivery: Delivery, attempt: Attempt) -> None:
    """What the attempt says of the address; a test that fails says nothing."""
    if attempt.succeeded:
        if subscription.failing_since is not None:
            subscription.failing_since = None
            subscription.save(update_fields=["failing_since"])
    elif attempt.status == GONE:
        _disable(subscription, Cause.GONE)
    elif delivery.kind != TEST:
        subscription.failing_since = subscription.failing_since or attempt.at
        subscription.save(update_fields=["failing_since"])
        if attempt.at - subscription.failing_since >= FAILING_FOR:
            _disable(subscription, Cause.FAILING)


def _disable(subscription: Subscription, cause: Cause) -> None:
    if subscription.state == State.DISABLED:
        return
    before = subscription.state
    subscription.state, subscription.disabled_because = State.DISABLED, cause
    subscription.save(update_fields=["state", "disabled_because"])
    record_act(
        actor=None,
        act="disable webhook",
        target=subscription.name,
        before={"webhook_state": before},
        after={"webhook_state": State.DISABLED, "disabled_because": cause},
    )
    log.warning("The webhook %s is disabled: %s", subscription.pk, cause.value)


def forget() -> int:
    """Deletes what was told long ago, with its log. Answers how many rows."""
    return Delivery.objects.filter(happened_at__lt=now() - KEPT_FOR).delete()[0]


def _id(subscription: Subscription, kind: str, subject: str, at: datetime) -> UUID:
    """The same for the same occurrence. A message is sent once; a conversation is assigned often."""
    occurrence = "" if kind.startswith("message.") else at.isoformat()
    return uuid5(subscription.pk, f"{kind} {subject} {occurrence}")
