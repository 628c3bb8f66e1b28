"""Quick replies: who is offered which, and how they are kept."""

from django.db import IntegrityError, transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from centrala.errors import Refused
from centrala.organization.audit import changed, record
from centrala.organization.models import User
from centrala.workstreams import slugs
from centrala.workstreams.models import TAKEN_SHORTCUT, QuickReply, Workstream

NEAREST_FIRST = Case(
    When(owner__isnull=False, then=Value(0)),
    When(workstream__isnull=False, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def offered(user: User, workstream: Workstream | None) -> QuerySet[QuickReply]:
    """The person's own, those of the workstream, and everybody's, in this order."""
    of_all = Q(owner=None) & (Q(workstream=None) | Q(workstream=workstream))
    return QuickReply.objects.filter(of_all | Q(owner=user)).order_by(NEAREST_FIRST, "shortcut", "id")


def shared_replies_of(user: User) -> QuerySet[QuickReply]:
    """Those that administrators keep."""
    shared = QuickReply.objects.filter(owner=None).select_related("workstream").order_by("shortcut", "id")
    return shared if user.is_administrator else shared.none()


def own_replies_of(user: User) -> QuerySet[QuickReply]:
    return QuickReply.objects.filter(owner=user).order_by("shortcut", "id")


@transaction.atomic
def save_reply(*, reply: QuickReply, actor: User) -> QuickReply:
    """Makes or changes it. Raises Refused for a slug that nobody fills, and for a shortcut that is taken."""
    try:
        slugs.check(reply.text)
    except Refused as refused:
        raise Refused(refused.message, field="text") from None
    before = _told(QuickReply.objects.select_for_update(of=("self",)).filter(pk=reply.pk).first())
    reply.shortcut = reply.shortcut.lower()
    try:
        with transaction.atomic():
            reply.save()
    except IntegrityError:
        raise Refused(str(TAKEN_SHORTCUT), field="shortcut") from None
    after = _told(reply)
    if reply.owner is None and before != after:
        was, became = changed(before, after) if before else ({}, after)
        act = f"{'change' if before else 'add'} quick reply"
        record(actor=actor, act=act, target=str(reply), before=was, after=became)
    return reply


@transaction.atomic
def remove_reply(*, reply: QuickReply, actor: User) -> None:
    before = _told(reply)
    reply.delete()
    if reply.owner is None:
        record(actor=actor, act="delete quick reply", target=str(reply), before=before)


def _told(reply: QuickReply | None) -> dict[str, object]:
    if reply is None:
        return {}
    workstream = reply.workstream.name if reply.workstream else None
    return {"shortcut": reply.shortcut, "workstream": workstream, "text": reply.text}
