"""`centrala audit`: the log for a terminal and for programs, and the one way in which entries go."""

import json
from datetime import UTC, datetime

import pytest

from centrala.cli import main
from centrala.organization.audit import record
from centrala.organization.models import AuditEntry
from hub import ala

pytestmark = pytest.mark.django_db(transaction=True)


def test_log_is_printed_newest_first(capsys: pytest.CaptureFixture[str]) -> None:
    record(actor=ala(), act="connect", target="acs", before={"connected": False}, after={"connected": True})

    assert main(["audit", "--limit", "1"]) == 0
    assert main(["audit", "--limit", "1", "--json"]) == 0

    line, told = capsys.readouterr().out.splitlines()
    assert line.endswith('ala                  connect                acs  {"connected": [false, true]}')
    assert json.loads(told)["after"] == {"connected": True}


def test_entries_of_the_last_days_stay(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--forget-before", f"{datetime.now(UTC):%Y-%m-%d}", "--yes"]) == 1

    assert "the last 90 days are always kept" in capsys.readouterr().err


def test_old_entries_go_and_the_log_tells_it(capsys: pytest.CaptureFixture[str]) -> None:
    AuditEntry.objects.create(actor_name="ala", act="connect", target="acs", at=datetime(2020, 1, 1, tzinfo=UTC))

    assert main(["audit", "--forget-before", "2021-01-01", "--yes"]) == 0

    assert capsys.readouterr().out.endswith("1 entries deleted.\n")
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.target) == ("forget audit entries", "2021-01-01T00:00:00+00:00")
    assert entry.actor_name.startswith("command line (")
