"""Who may open what: agents and supervisors the desk, administrators everything, others nothing at all."""

from uuid import uuid4

import pytest
from django.test import Client

from centrala.conversations.models import Conversation, Message
from centrala.inbox.models import Event
from centrala.organization.models import User
from hub import arrive, text
from pages.reading import read
from pages.scene import Talk

CENTER = [
    "/center/channels/",
    "/center/phone-numbers/",
    "/center/phone-numbers/advanced/",
    "/center/phone-numbers/connect/",
    "/center/phone-numbers/connect/existing/",
    "/center/events/",
]


@pytest.fixture
def desk(talk: Talk) -> list[str]:
    conversation = talk()
    return [
        "/desk/",
        "/desk/list",
        f"/desk/{conversation.pk}/",
        f"/desk/{conversation.pk}/messages",
    ]


@pytest.fixture
def event(talk: Talk) -> Event:
    return arrive(text("Dzień dobry"))


def statuses(client: Client, addresses: list[str]) -> set[int]:
    return {client.get(address).status_code for address in addresses}


def test_agent_sees_the_desk_and_no_admin_center(agent: Client, desk: list[str], event: Event) -> None:
    assert statuses(agent, desk) == {200}
    assert statuses(agent, [*CENTER, f"/center/events/{event.pk}/"]) == {404}


def test_supervisor_sees_the_desk_and_no_admin_center(supervisor: Client, desk: list[str]) -> None:
    assert statuses(supervisor, desk) == {200}
    assert statuses(supervisor, CENTER) == {404}


def test_administrator_sees_everything(administrator: Client, desk: list[str], event: Event) -> None:
    assert statuses(administrator, desk) == {200}
    # Connecting is over while something is connected.
    assert statuses(administrator, [*CENTER, f"/center/events/{event.pk}/"]) == {200, 302}


def test_outsider_sees_nothing_and_changes_nothing(outsider: Client, desk: list[str], event: Event) -> None:
    assert statuses(outsider, [*desk, *CENTER, f"/center/events/{event.pk}/"]) == {404}

    assert outsider.post(f"{desk[2]}reply", {"text": "Dzień dobry"}).status_code == 404
    assert outsider.post(f"{desk[2]}seen").status_code == 404
    assert Message.objects.count() == 1
    assert Conversation.objects.get().unread == 1


def test_stranger_is_asked_to_sign_in(client: Client, desk: list[str]) -> None:
    answers = [client.get(address) for address in [*desk, *CENTER]]

    assert {answer.status_code for answer in answers} == {302}
    assert {answer["Location"].partition("?")[0] for answer in answers} == {"/sign-in"}


def test_part_of_a_page_sends_the_whole_page_to_sign_in(client: Client, db: None) -> None:
    answer = client.get("/desk/list", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/"})

    assert answer["HX-Redirect"] == "/sign-in?next=/desk/"


def test_person_made_inactive_is_out_at_once(agent: Client, desk: list[str]) -> None:
    agent.get("/desk/")
    session_user = agent.session["_auth_user_id"]
    User.objects.filter(pk=session_user).update(is_active=False)

    assert agent.get("/desk/")["Location"] == "/sign-in?next=/desk/"


def test_page_that_is_not_there_says_so_calmly(agent: Client) -> None:
    response = agent.get(f"/desk/{uuid4()}/")

    assert response.status_code == 404
    assert read(response).one("h1").text() == "Page not found"


def test_pages_are_kept_in_no_cache_and_allow_nothing_inline(agent: Client, desk: list[str]) -> None:
    response = agent.get(desk[2])

    assert "no-store" in response["Cache-Control"]
    assert "HX-Request" in response["Vary"]
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    page = read(response)
    assert [script for script in page.all("script") if not script.attributes.get("src")] == []
    assert page.all("style") == []
    assert [element.tag for element in page.all() if "style" in element.attributes] == []
