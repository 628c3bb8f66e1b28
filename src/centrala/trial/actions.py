"""What can be done about a trial: numbers lent, minutes granted, the end."""

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.azure import phone_numbers
from centrala.azure.phone_numbers import Number
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.numbers.actions import TYPES
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.organization import actions as organization
from centrala.organization.audit import record
from centrala.organization.models import Organization, User
from centrala.organization.standing import standing
from centrala.trial.models import MINUTES, Ending, Trial

MOST_NUMBERS = 2
MOST_MINUTES = 10_000
COUNTRY = "US"
LENT_TYPES = (NumberType.TOLL_FREE, NumberType.GEOGRAPHIC)


def refuse_another_trial() -> None:
    """Before anything is made in Azure. Raises Refused: numbers are lent once in an organisation's life."""
    if (found := Trial.objects.first()) is None:
        return
    if found.ended_at is None:
        raise Refused(_("Numbers are lent to this organisation already."))
    raise Refused(_("This organisation has had its trial, and its numbers are not to be had again."))


@transaction.atomic
def start(*, connection: Connection, number: Number, lendable: list[str], minutes: int = MINUTES) -> PhoneNumber:
    """The first number, which is toll-free, is the organisation's. Raises Refused."""
    _lock()
    refuse_another_trial()
    _refuse_minutes(minutes)
    if not standing().trial_running:
        raise Refused(_("No trial is running. Fix: centrala organization --kind trial."))
    trial = Trial.objects.create(connection=connection, lendable=lendable, granted=minutes * 60, started_at=now())
    given = _give(trial, number)
    record(actor=None, act="start trial", target=given.number, after={"type": str(given.type), "minutes": minutes})
    return given


def first_of(found: list[Number], *, lendable: list[str]) -> Number:
    """The first toll-free number that the lender has. Raises Refused."""
    for number in lent_by(found, lendable=lendable):
        if TYPES.get(number.type) == NumberType.TOLL_FREE:
            return number
    raise Refused(
        _("The resource owns no toll-free number of the United States that takes calls. Fix: buy one there (--buy).")
    )


def lent_by(found: list[Number], *, lendable: list[str]) -> list[Number]:
    """Those of a resource's numbers that may be lent."""
    return [
        one
        for one in sorted(found, key=lambda one: one.number)
        if one.country == COUNTRY and one.receives_calls and TYPES.get(one.type) in LENT_TYPES
        if not lendable or one.number in lendable
    ]


def none_sold() -> str:
    return _("Azure sells no such number at this moment.")


def unfit(numbers: list[str]) -> str:
    return _("%(numbers)s: the resource owns no such number of the United States that takes calls.") % {
        "numbers": ", ".join(numbers)
    }


def left_at_lender(trial: Trial) -> list[Number]:
    """What a second number can be chosen from. Raises AzureError."""
    found = phone_numbers.list_numbers(connection=trial.connection.connection_string, cloud=settings.CLOUD)
    had = set(trial.connection.numbers.values_list("number", flat=True))
    return [one for one in lent_by(found, lendable=trial.lendable) if one.number not in had]


def add_number(*, kind: NumberType, actor: User | None) -> PhoneNumber:
    """The second one, of this type. Raises Refused where two are there or the lender has none, AzureError."""
    trial = Trial.objects.select_related("connection").filter(ended_at=None).first()
    if trial is None or not standing().trial_running:
        raise Refused(_("No trial is running."))
    chosen = next((one for one in left_at_lender(trial) if TYPES.get(one.type) == kind), None)
    if chosen is None:
        raise Refused(_("No such number is left to be lent. Fix: choose another type, or ask who runs this hub."))
    with transaction.atomic():
        locked = Trial.objects.select_for_update().filter(pk=trial.pk, ended_at=None).first()
        if locked is None:
            raise Refused(_("No trial is running."))
        if locked.connection.numbers.count() >= MOST_NUMBERS:
            raise Refused(_("A trial has two numbers at most."))
        given = _give(locked, chosen)
        record(actor=actor, act="add trial number", target=given.number, after={"type": str(kind)})
    return given


@transaction.atomic
def grant(*, minutes: int, actor: User | None) -> Trial:
    """More minutes, by whoever runs the installation; a trial that ended because they were used goes on with its
    numbers for the rest of its time. Raises Refused."""
    _refuse_minutes(minutes)
    trial = Trial.objects.select_for_update(of=("self",)).select_related("connection").first()
    organization_ = _lock()
    if trial is None:
        raise Refused(_("No number is lent to this organisation."))
    if trial.ended_at is not None:
        _resume(trial, organization_)
    before = trial.minutes_granted
    trial.granted += minutes * 60
    trial.save(update_fields=["granted", "ended_at", "ending", "cut_at"])
    after = {"minutes": trial.minutes_granted}
    record(actor=actor, act="grant minutes", target=str(organization_), before={"minutes": before}, after=after)
    return trial


@transaction.atomic
def end(*, actor: User | None, why: Ending = Ending.BY_HAND) -> None:
    """At once: the numbers are gone, calls under way are hung up, conversations stay. Of an organisation to which no
    number was lent its clock alone is ended. Raises Refused when no trial runs."""
    trial = Trial.objects.select_for_update(of=("self",)).select_related("connection").filter(ended_at=None).first()
    there = standing()
    if there.trial_running:
        organization.end_trial(actor=actor, at=there.at)
    elif trial is None:
        raise Refused(_("No trial is running."))
    if trial is None:
        return
    trial.ended_at, trial.ending, trial.cut_at = there.at, why, there.trial_ends_at
    trial.save(update_fields=["ended_at", "ending", "cut_at"])
    Connection.objects.filter(pk=trial.connection_id, disconnected_at=None).update(disconnected_at=there.at)
    record(actor=actor, act="trial numbers gone", target=trial.connection.resource_id, after={"why": str(why)})


def end_when_over() -> None:
    """By the clock, or because the organisation is a trial no more: whatever came first."""
    if not standing().trial_running and Trial.objects.filter(ended_at=None).exists():
        end(actor=None, why=Ending.EXPIRED)


def _resume(trial: Trial, found: Organization | None) -> None:
    later = trial.cut_at is not None and trial.cut_at > now()
    if trial.ending != Ending.USED_UP or not later or found is None:
        raise Refused(_("This organisation has had its trial, and its numbers are not to be had again."))
    if Connection.objects.filter(disconnected_at=None).exists():
        raise Refused(_("The organisation has connected a resource of its own by now."))
    Connection.objects.filter(pk=trial.connection_id).update(disconnected_at=None)
    found.trial_ends_at = trial.cut_at
    found.save(update_fields=["trial_ends_at"])
    trial.ended_at, trial.ending, trial.cut_at = None, "", None


def _give(trial: Trial, number: Number) -> PhoneNumber:
    """Voice alone, whatever else it can do; what it costs is the lender's business."""
    return PhoneNumber.objects.create(
        connection=trial.connection,
        number=number.number,
        type=TYPES[number.type],
        receives_calls=True,
        makes_calls=number.makes_calls,
        country=number.country,
        synced_at=now(),
    )


def _refuse_minutes(minutes: int) -> None:
    if not 1 <= minutes <= MOST_MINUTES:
        raise Refused(_("So many minutes cannot be granted. Fix: 1 to %(most)s.") % {"most": MOST_MINUTES})


def _lock() -> Organization | None:
    return Organization.objects.select_for_update().first()
