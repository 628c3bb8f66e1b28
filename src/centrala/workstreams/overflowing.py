"""What an administrator changes about a queue's overflow."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from centrala.errors import Refused
from centrala.organization.audit import record
from centrala.organization.models import User
from centrala.workstreams.models import Queue, QueueKind
from centrala.workstreams.overflow import BEFORE, Condition, OverflowRule, Remedy


def conditions(queue: Queue) -> list[Condition]:
    """Texts wait in any case: of them only how long is looked at."""
    return [Condition.WAITED] if queue.kind == QueueKind.MESSAGING else [*BEFORE, Condition.WAITED]


def remedies(queue: Queue) -> list[Remedy]:
    return [Remedy.END, Remedy.OTHER_QUEUE] if queue.kind == QueueKind.MESSAGING else list(Remedy)


@transaction.atomic
def save_overflow(*, queue: Queue, rules: Collection[OverflowRule], actor: User) -> None:
    """These rules and no others. Raises Refused, with the condition as its field, for one that leads nowhere."""
    queue = Queue.objects.select_for_update().get(pk=queue.pk)
    before = _told(queue)
    for rule in rules:
        _check(queue, rule)
    queue.overflow.all().delete()
    for rule in rules:
        rule.pk, rule.queue = None, queue
        rule.save(force_insert=True)
    after = _told(queue)
    if before != after:
        record(actor=actor, act="change overflow", target=queue.name, before=before, after=after)


def _check(queue: Queue, rule: OverflowRule) -> None:
    assert rule.condition in conditions(queue)
    assert rule.remedy in remedies(queue)
    if rule.remedy != Remedy.OTHER_QUEUE:
        return
    if rule.target is None:
        raise Refused(_("Choose the queue that it leads to."), field=rule.condition)
    if rule.target_id == queue.pk or rule.target.kind != queue.kind:
        raise Refused(_("It cannot lead to this queue itself, nor to one of another type."), field=rule.condition)


def _told(queue: Queue) -> dict[str, object]:
    return {"overflow": [str(rule) for rule in queue.overflow.select_related("target")]}
