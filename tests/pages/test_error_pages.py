"""Pages that nobody wants to see: calm, in the reader's language, with a way out."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from pages.reading import read


def breaks(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("a fault of ours")


def forbids(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


urlpatterns = [path("breaks", breaks), path("forbids", forbids), path("", include("centrala.urls"))]


@pytest.fixture(autouse=True)
def _with_broken_pages(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


def test_fault_of_ours_tells_nothing_of_its_inside(agent: Client) -> None:
    agent.raise_request_exception = False

    response = agent.get("/breaks")

    assert response.status_code == 500
    page = read(response)
    assert page.one("h1").text() == "Something broke"
    assert page.one("a").attributes["href"] == "/"
    assert "a fault of ours" not in response.content.decode()


def test_fault_is_told_in_polish_to_polish_people(agent: Client) -> None:
    agent.raise_request_exception = False
    agent.post("/language", {"language": "pl"})

    assert read(agent.get("/breaks")).one("h1").text() == "Coś się zepsuło"


def test_what_is_not_allowed_says_whom_to_ask(agent: Client) -> None:
    response = agent.get("/forbids")

    assert response.status_code == 403
    page = read(response)
    assert page.one("h1").text() == "Not allowed"
    assert "Ask an administrator" in page.text()


def test_form_without_its_token_changes_nothing_and_says_so(ala: object) -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post("/sign-in", {"username": "ala", "password": "parasol i kot"})

    assert response.status_code == 403
    assert read(response).one("h1").text() == "This form has expired"
    assert "_auth_user_id" not in client.session


def test_stranger_who_finds_no_page_gets_no_menu(client: Client, db: None) -> None:
    response = client.get("/nowhere")

    page = read(response)
    assert response.status_code == 404
    assert page.all("nav") == []
    assert page.all("button", class_="account") == []
