"""The pages behind one-time links: they let in once, and say nothing to who guesses."""

import io
import logging

import pytest
from django.test import Client

from centrala.organization import people
from centrala.organization.models import Link, Role, User
from pages.reading import read
from pages.scene import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def set_up() -> str:
    return f"/set-up/{people.set_up_token()}"


def fields(**changes: str) -> dict[str, str]:
    return {"first_name": "Adam", "username": "adam", "password": PASSWORD, "again": PASSWORD, "language": ""} | changes


def test_first_administrator_sets_up_is_signed_in_and_the_link_is_gone(client: Client, set_up: str) -> None:
    page = read(client.get(set_up))
    labels = [label.text() for label in page.all("label")]
    assert labels == ["Name", "Username", "New password", "New password again", "Language"]

    response = client.post(set_up, fields(language="pl"))

    assert response["Location"] == "/"
    assert client.get("/")["Location"] == "/center/"
    assert read(client.get("/profile")).one("h1").text() == "Twój profil"
    assert [Client().get(set_up).status_code, Client().post(set_up, fields()).status_code] == [404, 404]


def test_set_up_page_speaks_polish(client: Client, set_up: str) -> None:
    page = read(client.get(set_up, headers={"Accept-Language": "pl"}))

    assert page.one("h1").text() == "Konfiguracja programu Centrala"


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"username": ""}, "username", "This field is required."),
        ({"username": "adam kowalski"}, "username", "Enter a valid username."),
        ({"username": "a" * 151}, "username", "at most 150 characters"),
        ({"username": "adam\0"}, "username", "Null characters"),
        ({"first_name": "Adam\x1b[31m"}, "first_name", "A control character"),
        ({"password": "krótkie", "again": "krótkie"}, "password", "too short"),
        ({"password": "password", "again": "password"}, "password", "too common"),
        ({"username": "parasoliko", "password": "parasoliko", "again": "parasoliko"}, "password", "too similar"),
        ({"again": "inne"}, "again", "not the same password"),
        ({"language": "xx"}, "language", "not one of the available choices"),
    ],
)
def test_wrong_value_is_told_at_its_field_and_the_link_stays_good(
    client: Client, set_up: str, changes: dict[str, str], field: str, text: str
) -> None:
    response = client.post(set_up, fields(**changes))

    assert response.status_code == 422
    page = read(response)
    assert text in page.one("p", id=f"id_{field}_error").text()
    assert "value" not in page.one("input", name="password").attributes
    assert not User.objects.exists()
    assert client.post(set_up, fields()).status_code == 302


@pytest.mark.parametrize("place", ["/set-up/", "/link/"])
@pytest.mark.parametrize("token", ["guess", "%00", "%FF%FE", "zażółć", "x" * 5000, "%ED%A0%80"])
def test_guess_leads_nowhere(client: Client, set_up: str, place: str, token: str) -> None:
    response = client.get(f"{place}{token}")

    assert (response.status_code, read(response).one("h1").text()) == (404, "Page not found")


def test_link_opens_only_what_it_is_for(client: Client, set_up: str) -> None:
    token = set_up.removeprefix("/set-up/")

    assert client.get(f"/link/{token}").status_code == 404
    people.add_user(username="adam", password=PASSWORD, role=Role.ADMINISTRATOR)
    assert client.get(set_up).status_code == 404


def test_invited_person_chooses_a_password_and_is_at_work(client: Client) -> None:
    _ala, token = people.invite(username="ala", role=Role.AGENT, first_name="Ala", language="pl", actor=None)

    page = read(client.get(f"/link/{token}"))
    response = client.post(f"/link/{token}", {"password": PASSWORD, "again": PASSWORD})

    assert page.one("h1").text() == "Welcome"
    assert "Your username is “ala”" in page.text()
    assert response["Location"] == "/"
    assert read(client.get("/desk/")).one("h1").text() == "Konwersacje"
    assert client.get(f"/link/{token}").status_code == 404


def test_link_for_a_new_password_signs_in_instead_of_whoever_was_here(administrator: Client) -> None:
    ala = people.add_user(username="ala", password="dawne hasło", role=Role.AGENT)
    token = people.reset_link(user=ala, actor=None)

    assert read(administrator.get(f"/link/{token}")).one("h1").text() == "Choose a new password"
    administrator.post(f"/link/{token}", {"password": PASSWORD, "again": PASSWORD})

    assert administrator.get("/")["Location"] == "/desk/"
    assert administrator.get("/center/audit-log/").status_code == 404


def test_pages_are_kept_in_no_cache_and_need_the_forms_token(set_up: str) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert "no-store" in strict.get(set_up)["Cache-Control"]
    assert strict.post(set_up, fields()).status_code == 403
    assert Link.objects.exists()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the process writes to its log."""
    console = next(one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler)
    written = io.StringIO()
    monkeypatch.setattr(console, "stream", written)
    return written


@pytest.mark.parametrize("address", ["/link/{}", "/set-up/{}", "/forgot/MQ/{}"])
def test_token_of_a_refused_form_stays_out_of_the_log(log: io.StringIO, address: str) -> None:
    path = address.format("d2d4-Secret_Token")

    answer = Client(enforce_csrf_checks=True).post(path, {"password": PASSWORD}, headers={"Referer": "x"})
    logging.getLogger("django.request").error("Internal Server Error: %s", path)
    logging.getLogger("django.security.csrf").warning(
        "Referer checking failed - %s is no", f"https://hub.example{path}"
    )

    assert answer.status_code == 403
    start = address.partition("{")[0].removesuffix("MQ/")
    assert f"CSRF cookie not set.): {start}…\n" in log.getvalue()
    assert f"Internal Server Error: {start}…\n" in log.getvalue()
    assert f"https://hub.example{start}… is no" in log.getvalue()
    assert "Secret" not in log.getvalue()


def test_address_without_a_token_is_told_whole(log: io.StringIO) -> None:
    logging.getLogger("django.request").error("Internal Server Error: %s", "/center/azure/set-up/apply/")

    assert "Internal Server Error: /center/azure/set-up/apply/\n" in log.getvalue()
