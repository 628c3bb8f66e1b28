"""What the organisation may do follows from kind, licences and the trial's clock."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from centrala.connection.checks import eligible
from centrala.errors import Refused
from centrala.organization.actions import TRIAL, Wanted, change, end_trial, set_up
from centrala.organization.models import AuditEntry, Kind, Organization
from centrala.organization.standing import standing
from hub import TENANT

pytestmark = pytest.mark.django_db


def changed(**wanted: object) -> Organization:
    return change(wanted=Wanted(**wanted), actor=None)  # type: ignore[arg-type]


def test_nothing_is_true_before_the_organisation_is_set_up() -> None:
    there = standing()

    facts = there.is_set_up, there.trial_running, there.trial_over, there.licensed, there.voice_ready
    assert facts == (False,) * 5
    assert there.trial_left == timedelta()


@pytest.mark.parametrize(
    ("licensed", "voice", "terms", "ready"),
    [(True, True, True, True), (True, False, True, False), (True, True, False, False), (False, True, True, True)],
)
def test_voice_is_ready_when_it_is_added_and_its_terms_are_accepted(
    licensed: bool, voice: bool, terms: bool, ready: bool
) -> None:
    changed(tenant_id=TENANT, licensed=licensed, voice=voice, terms=terms)

    there = standing()

    assert (there.licensed, there.voice_added, there.terms_accepted) == (licensed, voice, terms)
    assert there.voice_ready == ready


def test_trial_ends_by_itself() -> None:
    set_up(name="Centrala", tenant_id=TENANT, kind=Kind.TRIAL)
    end = standing().trial_ends_at
    assert end is not None

    before, after = standing(end - timedelta(minutes=5)), standing(end)

    assert (before.trial_running, before.trial_over, before.trial_left) == (True, False, timedelta(minutes=5))
    assert (after.trial_running, after.trial_over, after.trial_left) == (False, True, timedelta())
    assert now() + TRIAL - end < timedelta(minutes=1)


def test_trial_that_is_over_lets_connect() -> None:
    set_up(name="Centrala", tenant_id=TENANT, kind=Kind.TRIAL)
    with pytest.raises(Refused, match="A trial organisation"):
        eligible()

    end_trial(actor=None)

    assert eligible().kind == Kind.TRIAL
    assert standing().trial_over


def test_trial_cannot_be_ended_twice_nor_where_there_is_none() -> None:
    set_up(name="Centrala", tenant_id=TENANT)
    with pytest.raises(Refused, match="No trial is running"):
        end_trial(actor=None)

    changed(kind=Kind.TRIAL)
    end_trial(actor=None)
    with pytest.raises(Refused, match="No trial is running"):
        end_trial(actor=None)


def test_clock_goes_on_while_a_trial_is_changed_and_begins_anew_for_a_new_one() -> None:
    set_up(name="Centrala", tenant_id=TENANT, kind=Kind.TRIAL)
    first = Organization.objects.get().trial_ends_at

    changed(name="Inna nazwa", kind=Kind.TRIAL)
    same = Organization.objects.get().trial_ends_at
    changed(kind=Kind.PRODUCTION)
    none = Organization.objects.get().trial_ends_at
    changed(kind=Kind.TRIAL)
    again = Organization.objects.get().trial_ends_at

    assert (same, none) == (first, None)
    assert first is not None
    assert again is not None
    assert again > first


def test_trial_takes_another_end_and_others_take_none() -> None:
    changed(tenant_id=TENANT, kind=Kind.TRIAL, trial=timedelta())
    assert standing().trial_over

    changed(trial=timedelta(days=2))
    assert timedelta(days=1) < standing().trial_left <= timedelta(days=2)

    changed(kind=Kind.SANDBOX)
    with pytest.raises(Refused, match="Only a trial has an end"):
        changed(trial=timedelta(days=2))


def test_trial_without_a_clock_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError, match="trial_has_a_clock"), transaction.atomic():
        Organization.objects.create(name="Centrala", tenant_id=TENANT, kind=Kind.TRIAL)


def test_terms_tell_who_accepted_them_and_when_and_stay_as_they_were() -> None:
    accepted = changed(tenant_id=TENANT, terms=True)
    assert accepted.terms_accepted_at is not None
    assert accepted.terms_accepted_by == "system"

    again = changed(terms=True, voice=True)
    assert again.terms_accepted_at == accepted.terms_accepted_at

    withdrawn = changed(terms=False)
    assert (withdrawn.terms_accepted_at, withdrawn.terms_accepted_by) == (None, "")


def test_tenant_stays_while_a_resource_is_connected() -> None:
    set_up(name="Centrala", tenant_id=TENANT)

    with pytest.raises(Refused, match="“acs-centrala”") as refused:
        change(wanted=Wanted(tenant_id=uuid4()), actor=None, connected=lambda: "acs-centrala")

    assert refused.value.field == "tenant_id"
    same = change(wanted=Wanted(tenant_id=TENANT, name="Inna"), actor=None, connected=lambda: "acs-centrala")
    assert (same.tenant_id, same.name) == (TENANT, "Inna")


def test_organisation_with_a_connected_resource_becomes_no_trial() -> None:
    set_up(name="Centrala", tenant_id=TENANT)

    with pytest.raises(Refused) as refused:
        change(wanted=Wanted(kind=Kind.TRIAL), actor=None, connected=lambda: "acs-centrala")

    assert refused.value.field == "kind"
    assert Organization.objects.get().kind == Kind.PRODUCTION


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "Cen\0trala"])
def test_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        changed(tenant_id=TENANT, name=name)

    assert refused.value.field == "name"
    assert not Organization.objects.exists()


def test_change_is_logged_with_what_differs_and_no_change_is_not() -> None:
    set_up(name="Centrala", tenant_id=TENANT)
    changed(kind=Kind.SANDBOX, licensed=True)
    changed(kind=Kind.SANDBOX)

    newest, first = AuditEntry.objects.all()
    assert (newest.act, newest.target) == ("change organization", "Centrala")
    assert (newest.before, newest.after) == ({"kind": "production"}, {"kind": "sandbox"})
    assert (first.act, first.before, first.after["tenant_id"]) == ("set up organization", {}, str(TENANT))
