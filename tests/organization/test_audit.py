"""The audit log only grows, and holds no secret."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from centrala.organization.audit import MASK, forget, operated_by, record
from centrala.organization.models import AuditEntry
from hub import ala

pytestmark = pytest.mark.django_db


def test_entry_tells_who_did_what_to_what_and_what_it_changed() -> None:
    before, after = {"is_active": True}, {"is_active": False}

    entry = record(actor=ala(), act="disable user", target="celina", before=before, after=after)

    entry.refresh_from_db()
    assert (entry.actor_name, entry.act, entry.target) == ("ala", "disable user", "celina")
    assert (entry.before, entry.after) == (before, after)


def test_entry_of_nobody_goes_by_the_name_of_who_operates() -> None:
    with operated_by("command line (adam)"):
        inside = record(actor=None, act="disconnect", target="acs")

    assert inside.actor_name == "command line (adam)"
    assert record(actor=None, act="disconnect", target="acs").actor_name == "system"


def test_secrets_are_masked_by_their_name_and_wherever_they_stand() -> None:
    entry = record(
        actor=None,
        act="connect",
        target="acs",
        before={"connection_string": "", "inner": {"client_secret": "tajne"}},
        after={
            "connection_string": "endpoint=https://acs/;accesskey=dGFqbmU=",
            "note": "endpoint=https://acs/;accesskey=dGFqbmU=;more",
            "url": "https://hub.example/hooks/dGFqbmU/sms",
            "tenant_id": uuid4(),
        },
    )

    entry.refresh_from_db()
    assert entry.before == {"connection_string": "", "inner": {"client_secret": MASK}}
    assert entry.after["connection_string"] == MASK
    assert entry.after["note"] == f"endpoint=https://acs/;accesskey={MASK};more"
    assert entry.after["url"] == f"https://hub.example/hooks/{MASK}/sms"
    assert "dGFqbmU" not in str(entry.after)
    assert entry.after["tenant_id"] != MASK


def test_what_the_database_cannot_hold_is_recorded_all_the_same() -> None:
    entry = record(actor=None, act="connect", target="a\0" * 400, after={"name": "a\0b\ud800"})

    entry.refresh_from_db()
    assert len(entry.target) == 500
    assert entry.after == {"name": "a\ufffdb\ufffd"}


def test_entry_is_changed_and_deleted_by_nobody() -> None:
    entry = record(actor=ala(), act="connect", target="acs")

    with pytest.raises(IntegrityError, match="The audit log only grows"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(actor_name="celina")
    with pytest.raises(IntegrityError, match="The audit log only grows"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).delete()

    entry.refresh_from_db()
    assert entry.actor_name == "ala"


def test_entry_stays_when_the_account_goes() -> None:
    person = ala()
    entry = record(actor=person, act="connect", target="acs")

    person.delete()

    entry.refresh_from_db()
    assert entry.actor_name == "ala"


def test_old_entries_are_forgotten_on_purpose_and_that_is_told() -> None:
    record(actor=None, act="connect", target="acs")

    assert forget(before=now() - timedelta(days=1), actor=None) == 0
    assert forget(before=now(), actor=None) == 2

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.after) == ("forget audit entries", {"entries": 2})
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.all().delete()
