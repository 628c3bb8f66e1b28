"""`centrala user`: adds and invites people, and acts on the accounts there are."""

import io
import re

import pytest
from django.test import Client

from centrala.cli import main
from centrala.organization import people
from centrala.organization.models import AuditEntry, Role, User
from pages.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "parasol i kot"


def test_person_is_added_with_a_password_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

    assert main(["user", "adam", "--role", "administrator"]) == 0

    assert User.objects.get().check_password(PASSWORD)
    assert AuditEntry.objects.get().actor_name.startswith("command line (")


@pytest.mark.parametrize("password", ["krótkie", "password", ""])
def test_password_that_is_too_easy_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], password: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))

    assert main(["user", "adam", "--role", "administrator"]) == 1

    assert "This password is too" in capsys.readouterr().err
    assert not User.objects.exists()


def test_invitation_and_link_let_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "ala", "--role", "agent", "--name", "Ala", "--invite"]) == 0
    assert main(["user", "ALA", "--link"]) == 0

    first, second = re.findall(r"https://\S+?(/link/\S+)", capsys.readouterr().out)
    client = Client()
    assert client.get(first).status_code == 404  # the newer one voids it
    assert client.post(second, {"password": PASSWORD, "again": PASSWORD})["Location"] == "/"
    assert client.get("/")["Location"] == "/desk/"


def test_account_is_disabled_enabled_unlocked_and_signed_out(capsys: pytest.CaptureFixture[str]) -> None:
    ala = people.add_user(username="ala", password=PASSWORD, role=Role.AGENT)
    signed_in(ala)

    acts = ["--end-sessions", "--disable", "--enable", "--unlock"]
    assert [main(["user", "ala", act]) for act in acts] == [0, 0, 0, 0]

    assert capsys.readouterr().out.splitlines() == [
        "1 sessions of ala ended.",
        "ala is disabled.",
        "ala is enabled.",
        "ala may try to sign in again.",
    ]
    assert User.objects.get().is_active


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("celina", "--disable"), "There is no user celina. Fix: centrala user celina --role ROLE."),
        (("adam", "--disable"), "“adam” is the last administrator."),
        (("ADAM", "--role", "agent", "--invite"), "There is a user “ADAM” already."),
        (("celina",), "needs a role. Fix: --role"),
        (("a b", "--role", "agent", "--invite"), "Enter a valid username."),
    ],
)
def test_mistake_is_one_line(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], complaint: str) -> None:
    people.add_user(username="adam", password=PASSWORD, role=Role.ADMINISTRATOR)

    assert main(["user", *words]) == 1

    assert complaint in capsys.readouterr().err
    assert list(User.objects.values_list("username", "is_active", "role")) == [("adam", True, "administrator")]
