"""Everybody's own page."""

import pytest
from django.test import Client

from centrala.organization.models import AuditEntry, Session, User
from pages.conftest import signed_in
from pages.reading import read
from pages.scene import PASSWORD

CHANGE = "/profile/password"
NEW = "zupełnie inne hasło"


@pytest.mark.parametrize("who", ["agent", "supervisor", "administrator", "outsider"])
def test_everybody_has_a_profile(who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)

    page = read(client.get("/profile"))

    assert page.one("h1").text() == "Your profile"
    menu = page.one("div", id="account-menu")
    assert menu.one("a").attributes["href"] == "/profile"


def test_stranger_is_asked_to_sign_in(client: Client, db: None) -> None:
    answers = [client.get("/profile"), client.post(CHANGE), client.post("/profile/sign-out-everywhere")]

    assert [answer["Location"].partition("?")[0] for answer in answers] == ["/sign-in"] * 3


def test_name_and_language_are_changed(agent: Client, ala: User) -> None:
    response = agent.post("/profile", {"first_name": " Alicja ", "email": "ala@example.org", "language": "pl"})

    assert response["Location"] == "/profile"
    ala.refresh_from_db()
    assert (ala.first_name, ala.email, ala.language) == ("Alicja", "ala@example.org", "pl")
    page = read(agent.get("/profile"))
    assert (page.one("h1").text(), page.one("div", role="status").text()) == ("Twój profil", "Zapisano Twój profil.")
    assert AuditEntry.objects.filter(act="change user", actor=ala).count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_name": "A" * 151}, "first_name"),
        ({"first_name": "Ala\x07"}, "first_name"),
        ({"first_name": "Ala\0"}, "first_name"),
        ({"email": "ala"}, "email"),
        ({"language": "de"}, "language"),
    ],
)
def test_wrong_value_is_told_at_its_field(agent: Client, ala: User, changes: dict[str, str], field: str) -> None:
    response = agent.post("/profile", {"first_name": "Ala", "email": "", "language": ""} | changes)

    assert response.status_code == 422
    assert read(response).one("p", id=f"id_{field}_error").text() != ""
    ala.refresh_from_db()
    assert (ala.first_name, ala.email, ala.language) == ("Ala", "", "")


def test_role_is_nothing_that_one_gives_oneself(agent: Client, ala: User) -> None:
    agent.post("/profile", {"first_name": "Ala", "role": "administrator", "is_active": "on", "username": "adam"})

    ala.refresh_from_db()
    assert (ala.role, ala.username) == ("agent", "ala")


def test_new_password_keeps_this_browser_and_ends_the_others(agent: Client, ala: User) -> None:
    other = signed_in(ala)

    response = agent.post(CHANGE, {"current": PASSWORD, "password": NEW, "again": NEW})

    assert response["Location"] == "/profile"
    assert "Every other browser is signed out" in read(agent.get("/profile")).text()
    assert other.get("/desk/")["Location"] == "/sign-in?next=/desk/"
    ala.refresh_from_db()
    assert ala.check_password(NEW)
    assert Session.objects.filter(user=ala).count() == 1
    assert AuditEntry.objects.get(act="change password").after == {}


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"current": "zgaduję"}, "current", "not your current password"),
        ({"password": "krótkie", "again": "krótkie"}, "password", "too short"),
        ({"again": "inne"}, "again", "not the same password"),
    ],
)
def test_password_stays_when_something_is_wrong(
    agent: Client, ala: User, changes: dict[str, str], field: str, text: str
) -> None:
    response = agent.post(CHANGE, {"current": PASSWORD, "password": NEW, "again": NEW} | changes)

    assert response.status_code == 422
    assert text in read(response).one("p", id=f"id_{field}_error").text()
    ala.refresh_from_db()
    assert ala.check_password(PASSWORD)


def test_signing_out_everywhere_ends_every_session(agent: Client, ala: User) -> None:
    other = signed_in(ala)

    assert agent.post("/profile/sign-out-everywhere")["Location"] == "/sign-in"

    assert [client.get("/desk/").status_code for client in (agent, other)] == [302, 302]
    assert not Session.objects.filter(user=ala).exists()
    assert AuditEntry.objects.get(act="end sessions").before == {"sessions": 2}
