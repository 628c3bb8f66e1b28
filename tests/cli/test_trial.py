"""`centrala trial`: how the trial stands, more minutes, its end. Lending itself: tests/provisioning/test_lending.py."""

import json

import pytest

from centrala.cli import main
from centrala.trial.models import Trial
from hub import OURS
from trials.scene import lent, trial_organization

pytestmark = pytest.mark.django_db(transaction=True)
Captured = pytest.CaptureFixture[str]


def test_trial_is_told_granted_minutes_and_ended(capsys: Captured) -> None:
    lent()
    Trial.objects.update(used=600)

    assert main(["trial", "status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["running"], told["lent"], told["minutes_left"]) == (True, True, 50)
    assert told["numbers"] == [{"number": OURS, "type": "toll_free"}]

    assert main(["trial", "grant", "--minutes", "30"]) == 0
    assert "80 of 90 minutes left." in capsys.readouterr().out

    assert main(["trial", "end", "--yes", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["running"], told["lent"], told["numbers"], told["ending"]) == (False, False, [], "by_hand")
    assert main(["trial", "status"]) == 0
    assert capsys.readouterr().out.startswith("No trial is running.")


def test_trial_without_numbers_says_how_they_are_lent(capsys: Captured) -> None:
    trial_organization()

    assert main(["trial", "status"]) == 0

    assert "centrala trial start" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["start", "--yes"], "lent to this organisation already"),
        (["end", "--json"], "say --yes"),
        (["end"], "no terminal"),
        (["grant", "--minutes", "0"], "So many minutes"),
    ],
)
def test_what_is_not_done_says_why(words: list[str], reason: str, capsys: Captured) -> None:
    lent()

    assert main(["trial", *words]) == 1

    assert reason in capsys.readouterr().err
    assert Trial.objects.get().minutes_granted == 60
    assert Trial.objects.get().ended_at is None


@pytest.mark.parametrize(
    "words",
    [["numbers", "sync"], ["numbers", "release", OURS, "--yes"], ["disconnect", "--yes"], ["carriers", "list"]],
)
def test_lent_numbers_are_not_the_organisations_to_change(words: list[str], capsys: Captured) -> None:
    lent()

    assert main(words) == 1

    assert "trial" in capsys.readouterr().err
    assert Trial.objects.get().connection.disconnected_at is None


def test_tenant_of_the_organisation_has_nothing_to_do_with_the_lenders(capsys: Captured) -> None:
    lent()
    moved = "7a1f9c52-0000-4000-8000-00000000000e"

    assert main(["organization", "--tenant", moved]) == 0

    assert moved in capsys.readouterr().out
