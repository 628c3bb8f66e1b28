"""What can be done to the organisation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.errors import Refused
from centrala.organization.audit import changed, name_of, record
from centrala.organization.fields import one_line
from centrala.organization.models import Kind, Organization, User
from centrala.organization.people import add_user
from centrala.organization.standing import standing

__all__ = ["Wanted", "add_user", "change", "end_trial", "record", "set_up"]

TRIAL = timedelta(days=30)
LONGEST_TRIAL_DAYS = 90
LONGEST_KEPT_DAYS = 3650
# What the audit log tells of a change.
TOLD = ("name", "tenant_id", "kind", "licensed", "voice", "terms_accepted_at", "trial_ends_at", "keep_events_days")
Connected = Callable[[], object | None]


def nothing_connected() -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the organisation shall be; None leaves what there is."""

    name: str | None = None
    tenant_id: UUID | None = None
    kind: Kind | None = None
    licensed: bool | None = None
    voice: bool | None = None
    terms: bool | None = None
    trial: timedelta | None = None  # how long from now; of a trial only
    keep_events_days: int | None = None  # 0: for ever


def set_up(*, name: str, tenant_id: UUID, kind: Kind = Kind.PRODUCTION, licensed: bool = True) -> Organization:
    """Makes the organisation with everything that voice and SMS need, or brings the one there is to these values."""
    wanted = Wanted(name=name, tenant_id=tenant_id, kind=kind, licensed=licensed, voice=True, terms=True)
    return change(wanted=wanted, actor=None)


@transaction.atomic
def change(*, wanted: Wanted, actor: User | None, connected: Connected = nothing_connected) -> Organization:
    """Makes the organisation, or changes it. `connected` answers the resource in force, if any; it is asked while
    nobody can connect one.

    Raises Refused, with the field at fault.
    """
    _while_nobody_connects()
    found = Organization.objects.select_for_update().first()
    before = _told(found)
    if found is None:
        found = _begin(wanted)
    else:
        _refuse_while_connected(found, wanted, connected)
    _apply(found, wanted, by=name_of(actor))
    found.name = one_line(found.name, model=Organization, field="name")
    found.save()
    if before != (after := _told(found)):
        act = "change organization" if before else "set up organization"
        was, became = changed(before, after)
        record(actor=actor, act=act, target=found.name, before=was if before else {}, after=became)
    return found


@transaction.atomic
def end_trial(*, actor: User | None, at: datetime | None = None) -> None:
    """At once, instead of when it would have ended by itself. Raises Refused when none runs."""
    Organization.objects.select_for_update().first()
    there = standing(at)
    if not there.trial_running or there.organization is None:
        raise Refused(_("No trial is running."))
    before = there.organization.trial_ends_at
    there.organization.trial_ends_at = there.at
    there.organization.save(update_fields=["trial_ends_at"])
    record(
        actor=actor,
        act="end trial",
        target=there.organization.name,
        before={"trial_ends_at": before},
        after={"trial_ends_at": there.at},
    )


def _while_nobody_connects() -> None:
    """The lock under which a connection is stored."""
    with database.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('centrala.connect'))")


def _begin(wanted: Wanted) -> Organization:
    if wanted.tenant_id is None:
        raise Refused(_("The organisation has no tenant yet. Fix: enter its Directory (tenant) ID."), field="tenant_id")
    return Organization(name="Centrala", tenant_id=wanted.tenant_id)


def _refuse_while_connected(found: Organization, wanted: Wanted, connected: Connected) -> None:
    moves = wanted.tenant_id not in {None, found.tenant_id}
    turns_trial = wanted.kind == Kind.TRIAL != found.kind
    if not (moves or turns_trial) or (resource := connected()) is None:
        return
    if moves:
        raise Refused(
            _("The tenant stays while “%(name)s”, a resource of it, is connected. Fix: disconnect it first.")
            % {"name": resource},
            field="tenant_id",
        )
    raise Refused(
        _("An organisation with a connected resource is no trial. Fix: disconnect “%(name)s” first.")
        % {"name": resource},
        field="kind",
    )


def _apply(found: Organization, wanted: Wanted, *, by: str) -> None:
    if wanted.kind is not None:
        _set_kind(found, wanted.kind)
    if wanted.trial is not None:
        if found.kind != Kind.TRIAL:
            raise Refused(_("Only a trial has an end."), field="trial_days")
        found.trial_ends_at = now() + wanted.trial
    for name in ("name", "tenant_id", "licensed", "voice", "keep_events_days"):
        value = getattr(wanted, name)
        if value is not None:
            setattr(found, name, value)
    if wanted.terms is not None and wanted.terms != (found.terms_accepted_at is not None):
        found.terms_accepted_at = now() if wanted.terms else None
        found.terms_accepted_by = by if wanted.terms else ""


def _set_kind(found: Organization, kind: Kind) -> None:
    """A trial's clock starts when it becomes one, and goes when it is one no more."""
    if kind == Kind.TRIAL and found.kind != Kind.TRIAL:
        found.trial_started_at = now()
        found.trial_ends_at = found.trial_started_at + TRIAL
    elif kind != Kind.TRIAL:
        found.trial_started_at = found.trial_ends_at = None
    found.kind = kind


def _told(found: Organization | None) -> dict[str, Any]:  # the values of the model's fields
    return {name: getattr(found, name) for name in TOLD} if found else {}
