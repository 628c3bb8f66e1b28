"""Pages that nobody wants to see: calm, in the reader's language, with a way out."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from centrala.connection.models import Connection
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


@pytest.mark.parametrize(
    ("address", "above"),
    [
        ("/center/phone-numbers/advanced/sync/", "/center/phone-numbers/advanced/"),
        ("/profile/password", "/profile"),
        ("/sign-out", "/"),
        ("/language", "/"),
    ],
)
def test_address_that_only_takes_forms_leads_to_the_page_above(administrator: Client, address: str, above: str) -> None:
    response = administrator.get(address)

    assert (response.status_code, response["Allow"]) == (405, "POST")
    page = read(response)
    assert page.one("h1").text() == "No page to look at"
    assert page.one("div", class_="empty").one("a").attributes["href"] == above
    assert page.all("input", name="next")[0].attributes["value"] == above


def test_language_chosen_at_a_refused_form_leads_back_to_its_page(
    administrator: Client, connection: Connection
) -> None:
    def leads_to(address: str) -> str | None:
        refused = administrator.post(address, {"username": ""})
        assert refused.status_code == 422
        return read(refused).all("input", name="next")[0].attributes["value"]

    assert leads_to("/center/phone-numbers/advanced/repair/") == "/center/phone-numbers/advanced/"
    assert leads_to("/center/users/invite/?a=b") == "/center/users/invite/?a=b"


def test_form_sent_after_the_session_has_ended_leads_to_its_page(client: Client, db: None) -> None:
    response = client.post("/center/phone-numbers/advanced/sync/")

    assert response["Location"] == "/sign-in?next=/center/phone-numbers/advanced/"


@pytest.mark.parametrize("address", ["/center/", "/center/phone-numbers/advanced/sync/", "/center/users/"])
def test_center_is_not_there_for_agents_however_they_ask(agent: Client, address: str) -> None:
    assert [agent.get(address).status_code, agent.post(address).status_code] == [404, 404]
