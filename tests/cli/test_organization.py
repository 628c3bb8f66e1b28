"""`centrala organization`: what is given is set, the rest stays."""

from uuid import uuid4

import pytest

from centrala.cli import main
from centrala.organization.models import AuditEntry, Organization
from hub import TENANT, connected

pytestmark = pytest.mark.django_db(transaction=True)


def test_organisation_is_set_up_and_changed(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--name", "Centrala", "--tenant", str(TENANT), "--licence", "yes", "--voice", "yes", "--terms", "yes"]
    assert main(["organization", *words]) == 0
    assert main(["organization", "--kind", "trial", "--trial-days", "0", "--keep-events", "0"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["Centrala", f"tenant {TENANT}", "production, licensed, voice added"]
    assert lines[3].startswith("Voice and SMS Terms accepted by command line (")
    assert lines[4] == "processed events are kept for 90 days"
    assert lines[7] == "trial, licensed, voice added"
    assert lines[9].startswith("trial ended ")
    assert lines[10] == "processed events are kept for ever"
    assert [entry.act for entry in AuditEntry.objects.all()] == ["change organization", "set up organization"]


def test_organisation_that_is_not_set_up_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["organization"]) == 1
    assert main(["organization", "--name", "Centrala"]) == 1

    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("There is no organisation yet. Fix: centrala organization --name NAME --tenant ID.")
    assert "--tenant: The organisation has no tenant yet." in second


def test_tenant_of_a_connected_resource_stays(capsys: pytest.CaptureFixture[str]) -> None:
    main(["organization", "--tenant", str(TENANT)])
    connected()

    assert main(["organization", "--tenant", str(uuid4())]) == 1

    assert "centrala: --tenant: The tenant stays while “acs-centrala”" in capsys.readouterr().err
    assert Organization.objects.get().tenant_id == TENANT
