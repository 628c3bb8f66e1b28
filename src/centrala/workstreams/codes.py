"""Wrap-up codes: which are offered, and how administrators keep the list."""

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q, QuerySet
from django.utils.translation import gettext as _

from centrala.errors import Refused
from centrala.organization.audit import changed, record
from centrala.organization.fields import one_line
from centrala.organization.models import User
from centrala.workstreams.models import TAKEN, Workstream, WrapUpCode


def offered(workstream: Workstream | None) -> QuerySet[WrapUpCode]:
    """What an agent may choose from in a conversation of this workstream."""
    return WrapUpCode.objects.filter(Q(workstream=None) | Q(workstream=workstream), is_active=True)


@transaction.atomic
def save_code(*, code: WrapUpCode, actor: User) -> WrapUpCode:
    """Makes or changes it; what was chosen before keeps its name. Raises Refused for a name that is taken."""
    before = _told(WrapUpCode.objects.select_for_update(of=("self",)).filter(pk=code.pk).first())
    code.name = one_line(code.name, model=WrapUpCode, field="name")
    try:
        with transaction.atomic():
            code.save()
    except IntegrityError:
        raise Refused(str(TAKEN), field="name") from None
    after = _told(code)
    if before != after:
        was, became = changed(before, after) if before else ({}, after)
        act = f"{'change' if before else 'add'} wrap-up code"
        record(actor=actor, act=act, target=code.name, before=was, after=became)
    return code


@transaction.atomic
def remove_code(*, code: WrapUpCode, actor: User) -> None:
    """Raises Refused for one that was used."""
    before = _told(code)
    try:
        with transaction.atomic():
            code.delete()
    except ProtectedError:
        raise Refused(
            _("This code was used, and it stays with its conversations. Fix: make it inactive instead.")
        ) from None
    record(actor=actor, act="delete wrap-up code", target=code.name, before=before)


def _told(code: WrapUpCode | None) -> dict[str, object]:
    if code is None:
        return {}
    workstream = code.workstream.name if code.workstream else None
    return {"name": code.name, "workstream": workstream, "place": code.place, "is_active": code.is_active}
