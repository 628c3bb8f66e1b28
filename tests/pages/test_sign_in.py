"""Signing in and out, where each role's work begins, and the language."""

import pytest
from django.test import Client

from centrala.organization.models import User
from pages.reading import read
from pages.scene import PASSWORD


def sign_in(client: Client, username: str, *, password: str = PASSWORD, follow: str = "") -> str:
    """Where signing in leads."""
    response = client.post("/sign-in", {"username": username, "password": password, "next": follow})
    assert response.status_code == 302
    return str(response["Location"])


def test_sign_in_page_has_its_fields_and_both_languages(client: Client, db: None) -> None:
    page = read(client.get("/sign-in"))

    assert [label.text() for label in page.all("label")] == ["Username", "Password"]
    assert [button.text() for button in page.one("form", class_="language").all("button")] == ["English", "Polski"]


def test_wrong_password_says_so_and_keeps_the_name(client: Client, ala: User) -> None:
    response = client.post("/sign-in", {"username": "ala", "password": "zgaduję"})

    page = read(response)
    assert "correct username and password" in page.one(role="alert").text()
    assert page.one("input", name="username").attributes["value"] == "ala"
    assert "value" not in page.one("input", name="password").attributes


def test_sign_in_leads_where_the_person_wanted_to_go_but_never_elsewhere(client: Client, ala: User) -> None:
    assert sign_in(client, "ala", follow="/desk/?state=open") == "/desk/?state=open"

    assert sign_in(client, "ala", follow="https://elsewhere.example/") == "/"


@pytest.mark.parametrize(
    ("who", "place"), [("agent", "/desk/"), ("supervisor", "/desk/"), ("administrator", "/center/")]
)
def test_home_is_where_the_role_works(who: str, place: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)

    assert client.get("/")["Location"] == place


def test_somebody_without_a_role_is_told_whom_to_ask(outsider: Client) -> None:
    page = read(outsider.get("/"))

    assert page.one("h1").text() == "Your account has no role yet"
    assert "Ask an administrator" in page.text()
    assert page.all("nav", class_="apps") == []


def test_sign_out_needs_a_post_and_ends_the_session(agent: Client) -> None:
    assert agent.get("/sign-out").status_code == 405

    assert agent.post("/sign-out")["Location"] == "/sign-in"
    assert agent.get("/desk/")["Location"] == "/sign-in?next=/desk/"


def test_language_chosen_before_sign_in_stays_in_this_browser(client: Client, db: None) -> None:
    response = client.post("/language", {"language": "pl", "next": "/sign-in"})

    assert response["Location"] == "/sign-in"
    page = read(client.get("/sign-in"))
    assert page.one("h1").text() == "Zaloguj się"
    assert page.one("html").attributes["lang"] == "pl"


def test_language_chosen_at_work_is_kept_on_the_account(agent: Client, ala: User, client: Client) -> None:
    agent.post("/language", {"language": "pl", "next": "/desk/"})

    assert read(agent.get("/desk/")).one("h1").text() == "Konwersacje"
    ala.refresh_from_db()
    assert ala.language == "pl"

    sign_in(client, "ala")
    assert read(client.get("/desk/")).one("h1").text() == "Konwersacje"


def test_unknown_language_or_a_foreign_page_changes_nothing(agent: Client, ala: User) -> None:
    response = agent.post("/language", {"language": "xx", "next": "https://elsewhere.example/"})

    assert response["Location"] == "/"
    ala.refresh_from_db()
    assert ala.language == ""


def test_browser_that_asks_for_polish_gets_polish(client: Client, db: None) -> None:
    page = read(client.get("/sign-in", headers={"accept-language": "pl-PL,pl;q=0.9,en;q=0.5"}))

    assert page.one("h1").text() == "Zaloguj się"


@pytest.mark.parametrize("target", ["/sign-in", "/sign-in?next=/sign-in", "//example.org/", "https://example.org/"])
def test_somebody_signed_in_is_led_home_whatever_the_sign_in_page_was_asked(agent: Client, target: str) -> None:
    answer = agent.get("/sign-in", {"next": target})

    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize("target", ["nonsense", "\0", "//example.org/", "https://example.org/", ""])
def test_language_switch_leads_nowhere_else(agent: Client, target: str) -> None:
    answer = agent.post("/language", {"language": "pl", "next": target})

    assert (answer.status_code, answer["Location"]) == (302, "/")
