"""What an administrator changes about queues and workstreams. Each change stands in the audit log."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model, ProtectedError
from django.utils.translation import gettext as _

from centrala.errors import Refused
from centrala.numbers.models import PhoneNumber
from centrala.organization.audit import changed, record
from centrala.organization.fields import one_line
from centrala.organization.models import User
from centrala.workstreams import slugs, words
from centrala.workstreams.models import (
    KIND,
    AutomatedText,
    Channel,
    Line,
    Occasion,
    Opening,
    OperatingHours,
    Queue,
    Workstream,
)

QUEUE = ("name", "kind", "priority", "method")
WORKSTREAM = (
    "name",
    "channel",
    "language",
    "units",
    "allowed_presences",
    "keep_same_agent",
    "auto_close_minutes",
    "wrap_up_seconds",
    "offer_seconds",
    "stop_words",
    "start_words",
    "help_words",
    "code_required",
    "hidden_callers",
    "tells_position",
    "tells_wait",
    "recording",
    "consent",
    "transcription",
    "ai_endpoint",
    "pause_on_hold",
    "keep_recordings_days",
    "transfer_countries",
    "most_transfers",
    "sends_context",
)
Told = dict[str, Any]  # as the audit log keeps it


@transaction.atomic
def save_queue(*, queue: Queue, members: Collection[User], actor: User) -> Queue:
    """Makes or changes it; of a default queue nothing but the method is to be changed. Raises Refused."""
    before = _told_of_queue(_kept(Queue, queue))
    if queue.is_default:
        queue.save(update_fields=["method"])
    else:
        queue.name = one_line(queue.name, model=Queue, field="name")
        queue.save()
        queue.members.set(members)
    _record(actor, "queue", queue.name, before, _told_of_queue(queue))
    return queue


@transaction.atomic
def remove_queue(*, queue: Queue, actor: User) -> None:
    """Raises Refused for one that something still needs."""
    if queue.is_default:
        raise Refused(_("The default queue stays: what has no other waits there."))
    if queue.workstreams.exists():
        raise Refused(_("A workstream leads to this queue. Fix: give the workstream another queue first."))
    if queue.overflow_from.exists():
        raise Refused(_("The overflow of another queue leads here. Fix: let it lead elsewhere first."))
    if queue.rules.exists():
        raise Refused(_("A routing rule leads to this queue. Fix: let it lead elsewhere first."))
    before = _told_of_queue(queue)
    try:
        queue.delete()
    except ProtectedError:
        raise Refused(
            _("Conversations went through this queue, and it stays with them. Fix: take its members away instead.")
        ) from None
    record(actor=actor, act="delete queue", target=queue.name, before=before)


@transaction.atomic
def save_hours(*, hours: OperatingHours, openings: Iterable[Opening], actor: User) -> OperatingHours:
    """Makes or changes them, with these openings in the place of those there were."""
    before = _told_of_hours(_kept(OperatingHours, hours))
    hours.name = one_line(hours.name, model=OperatingHours, field="name")
    hours.save()
    hours.openings.all().delete()
    for opening in openings:
        opening.hours = hours
        opening.save()
    _record(actor, "operating hours", hours.name, before, _told_of_hours(OperatingHours.objects.get(pk=hours.pk)))
    return hours


@transaction.atomic
def remove_hours(*, hours: OperatingHours, actor: User) -> None:
    """Raises Refused while a workstream goes by them."""
    if hours.workstreams.exists():
        raise Refused(_("A workstream goes by these hours. Fix: give the workstream others first."))
    before = _told_of_hours(hours)
    hours.delete()
    record(actor=actor, act="delete operating hours", target=hours.name, before=before)


@transaction.atomic
def save_texts(*, workstream: Workstream, texts: Mapping[Occasion, str], actor: User) -> None:
    """What the hub writes by itself: these texts, and nothing on the other occasions.

    Raises Refused, with the occasion as its field, for one that cannot be sent.
    """
    Workstream.objects.select_for_update().get(pk=workstream.pk)
    known = workstream.automated_texts.order_by("occasion")
    before = dict(known.values_list("occasion", "text"))
    known.exclude(occasion__in=texts).delete()
    for occasion, text in texts.items():
        try:
            slugs.check(text, occasion)
        except Refused as refused:
            raise Refused(refused.message, field=occasion) from None
        AutomatedText.objects.update_or_create(workstream=workstream, occasion=occasion, defaults={"text": text})
    after = {str(occasion): text for occasion, text in sorted(texts.items())}
    if before != after:
        was, became = changed(before, after)
        record(actor=actor, act="change automated messages", target=workstream.name, before=was, after=became)


@transaction.atomic
def save_workstream(*, workstream: Workstream, numbers: Iterable[PhoneNumber], actor: User) -> Workstream:
    """Makes or changes it; its numbers are these, and come from whichever of the same channel had them.

    Raises Refused for a queue of another kind, and for words that cannot be.
    """
    channel = Channel(workstream.channel)
    if workstream.queue.kind != KIND[channel]:
        raise Refused(_("This queue is of another kind than the channel."), field="queue")
    before = _told_of_workstream(_kept(Workstream, workstream))
    workstream.name = one_line(workstream.name, model=Workstream, field="name")
    words.check(workstream)
    workstream.save()
    chosen = list(numbers)
    workstream.lines.exclude(number__in=chosen).delete()
    for number in chosen:
        Line.objects.update_or_create(number=number, channel=channel, defaults={"workstream": workstream})
    _record(actor, "workstream", workstream.name, before, _told_of_workstream(workstream))
    return workstream


@transaction.atomic
def remove_workstream(*, workstream: Workstream, actor: User) -> None:
    """Its numbers are ready for another; its conversations go on where they are. Raises Refused where one of its
    wrap-up codes was used."""
    if workstream.outbound_profiles.exists():
        raise Refused(_("An outbound profile belongs to it. Fix: give the profile another workstream first."))
    before = _told_of_workstream(workstream)
    try:
        with transaction.atomic():
            workstream.wrap_up_codes.all().delete()
            workstream.rules.all().delete()  # before the variables that they ask
            workstream.delete()
    except ProtectedError:
        raise Refused(
            _("Its wrap-up codes were used, and stay with their conversations. Fix: take its numbers away instead.")
        ) from None
    record(actor=actor, act="delete workstream", target=workstream.name, before=before)


def _kept(model: type[Model], changed: Model) -> Any:  # of the model's type
    """As it stands in the database, locked; None for a new one."""
    return model._default_manager.select_for_update().filter(pk=changed.pk).first()


def _told_of_queue(queue: Queue | None) -> Told:
    if queue is None:
        return {}
    members = queue.members.order_by("username").values_list("username", flat=True)
    return {name: getattr(queue, name) for name in QUEUE} | {"members": list(members)}


def _told_of_hours(hours: OperatingHours | None) -> Told:
    if hours is None:
        return {}
    told = {"name": hours.name, "time_zone": hours.time_zone, "holidays": hours.holidays}
    days_off = [day.isoformat() for day in hours.closed_on]
    return told | {"closed_on": days_off, "openings": [str(opening) for opening in hours.openings.all()]}


def _told_of_workstream(workstream: Workstream | None) -> Told:
    if workstream is None:
        return {}
    numbers = workstream.lines.order_by("number__number").values_list("number__number", flat=True)
    told = {name: getattr(workstream, name) for name in WORKSTREAM}
    told["hours"] = workstream.hours.name if workstream.hours else None
    return told | {"queue": workstream.queue.name, "numbers": list(numbers)}


def _record(actor: User, what: str, name: str, before: Told, after: Told) -> None:
    if before == after:
        return
    was, became = changed(before, after) if before else ({}, after)
    record(actor=actor, act=f"{'change' if before else 'add'} {what}", target=name, before=was, after=became)
