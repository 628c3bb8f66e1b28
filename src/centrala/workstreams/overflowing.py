"""What an administrator changes about a queue's overflow."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from centrala.errors import Refused
from centrala.numbers.countries import number_to_call
from centrala.numbers.models import PhoneNumber
from centrala.organization.audit import record
from centrala.organization.models import User
from centrala.workstreams.models import Channel, Queue, QueueKind, Workstream
from centrala.workstreams.overflow import BEFORE, Condition, OverflowRule, Remedy


def conditions(queue: Queue) -> list[Condition]:
    """Texts wait in any case: of them only how long is looked at."""
    return [Condition.WAITED] if queue.kind == QueueKind.MESSAGING else [*BEFORE, Condition.WAITED]


def remedies(queue: Queue) -> list[Remedy]:
    return [Remedy.END, Remedy.OTHER_QUEUE] if queue.kind == QueueKind.MESSAGING else list(Remedy)


@transaction.atomic
def save_overflow(*, queue: Queue, rules: Collection[OverflowRule], actor: User) -> None:
    """These rules and no others. Raises Refused, with the condition and what is wrong as its field, for one that leads
    nowhere. The number of a rule that leads outside is written as it will be called."""
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
    if rule.remedy == Remedy.OUTSIDE:
        rule.number = _checked_number(queue, rule)
    elif rule.remedy == Remedy.OTHER_QUEUE and rule.target is None:
        raise Refused(_("Choose the queue that it leads to."), field=f"{rule.condition}-target")
    elif rule.target is not None and (rule.target_id == queue.pk or rule.target.kind != queue.kind):
        raise Refused(
            _("It cannot lead to this queue itself, nor to one of another type."), field=f"{rule.condition}-target"
        )


def _checked_number(queue: Queue, rule: OverflowRule) -> str:
    """By each workstream whose calls wait in the queue at first; where none do, by any: calls may be moved there."""
    field = f"{rule.condition}-number"
    if not rule.number.strip():
        raise Refused(_("Write the number that callers are sent on to."), field=field)
    voice = Workstream.objects.filter(channel=Channel.VOICE).order_by("name")
    own = list(voice.filter(queue=queue))
    try:
        if not own:
            return number_outside(rule.number, countries={code for one in voice for code in one.transfer_countries})
        checked = [_allowed_by(one, rule.number) for one in own]
    except Refused as refused:
        raise Refused(refused.message, field=field) from None
    return checked[0]


def _allowed_by(workstream: Workstream, number: str) -> str:
    try:
        return number_outside(number, countries=workstream.transfer_countries)
    except Refused as refused:
        raise Refused(
            _("%(reason)s (Workstream “%(name)s”: “Callers may be transferred to numbers in”.)")
            % {"reason": refused.message, "name": workstream}
        ) from None


def number_outside(text: str, *, countries: Iterable[str]) -> str:
    """E.164. Raises Refused as `number_to_call` does, and for our own numbers: who is sent there would come back."""
    number = number_to_call(text, countries=countries)
    if PhoneNumber.objects.filter(number=number).exists():
        raise Refused(
            _("This is one of our own numbers: callers would come back. Fix: choose another queue."), field="number"
        )
    return number


def _told(queue: Queue) -> dict[str, object]:
    return {"overflow": [str(rule) for rule in queue.overflow.select_related("target")]}
