"""Who may open what: agents and supervisors the desk, administrators everything, others nothing at all."""

from collections.abc import Iterable
from uuid import uuid4

import pytest
from django.test import Client

from centrala.conversations.models import Conversation, Message
from centrala.inbox.models import Event
from centrala.organization.models import User
from hub import arrive, text
from pages.reading import read
from pages.scene import Talk

WORDS = "Dzień dobry, gdzie jest moja paczka?"
MISSING = (404, "Page not found")
ADVANCED = "/center/phone-numbers/advanced/"
# What each address shows while a resource is connected; connecting is over then.
CENTER = {
    "/center/channels/": "Channels",
    "/center/phone-numbers/": "Phone numbers",
    "/center/general-settings/phone-numbers/": "Phone numbers",
    ADVANCED: "Manage Azure Communication Services",
    "/center/events/": "Events",
    "/center/dataverse/tables/": "Tables",
    "/center/dataverse/tables/msdyn_occommunicationprovidersettingentry/": "Communication Provider Setting Entry",
    "/center/dataverse/application-users/": "Application users",
    "/center/dataverse/application-users/add/": "Add application user",
    "/center/azure/": "Sign in to Azure",
}
CONNECTING = ["/center/phone-numbers/connect/", "/center/phone-numbers/connect/existing/"]


@pytest.fixture
def conversation(talk: Talk) -> Conversation:
    return talk(text=WORDS)


@pytest.fixture
def desk(conversation: Conversation) -> list[str]:
    """The addresses that show what the customer wrote."""
    return [
        "/desk/",
        "/desk/list",
        f"/desk/{conversation.pk}/",
        f"/desk/{conversation.pk}/messages",
    ]


@pytest.fixture
def event(conversation: Conversation) -> Event:
    return arrive(text(WORDS))


def seen(client: Client, addresses: Iterable[str]) -> dict[str, tuple[int, str]]:
    """The status and the heading at each address."""
    answers = {address: client.get(address) for address in addresses}
    return {address: (answer.status_code, read(answer).one("h1").text()) for address, answer in answers.items()}


def told(client: Client, desk: list[str]) -> list[bool]:
    """Whether each address tells the customer's words."""
    return [WORDS in read(client.get(address)).text() for address in desk]


@pytest.mark.parametrize("who", ["agent", "supervisor"])
def test_staff_see_the_desk_and_no_admin_center(
    who: str, request: pytest.FixtureRequest, desk: list[str], event: Event
) -> None:
    client: Client = request.getfixturevalue(who)
    closed = [*CENTER, *CONNECTING, f"/center/events/{event.pk}/"]

    assert told(client, desk) == [True] * len(desk)
    assert seen(client, closed) == dict.fromkeys(closed, MISSING)


def test_administrator_sees_everything(administrator: Client, desk: list[str], event: Event) -> None:
    detail = f"/center/events/{event.pk}/"

    assert told(administrator, desk) == [True] * len(desk)
    assert seen(administrator, CENTER) == {address: (200, heading) for address, heading in CENTER.items()}
    assert WORDS in read(administrator.get(detail)).one("pre").text()
    assert [administrator.get(address).headers.get("Location") for address in CONNECTING] == [ADVANCED, ADVANCED]


def test_outsider_sees_nothing_and_changes_nothing(
    outsider: Client, desk: list[str], conversation: Conversation, event: Event
) -> None:
    closed = [*desk, *CENTER, *CONNECTING, f"/center/events/{event.pk}/"]
    answers = [
        outsider.post(f"/desk/{conversation.pk}/reply", {"text": "Dzień dobry"}),
        outsider.post(f"/desk/{conversation.pk}/seen"),
    ]

    assert seen(outsider, closed) == dict.fromkeys(closed, MISSING)
    assert [(answer.status_code, read(answer).one("h1").text()) for answer in answers] == [MISSING, MISSING]
    assert Message.objects.get().text == WORDS
    conversation.refresh_from_db()
    assert conversation.unread == 1


def test_stranger_is_asked_to_sign_in(client: Client, desk: list[str]) -> None:
    addresses = [*desk, *CENTER, *CONNECTING]

    led = [client.get(address).headers.get("Location") for address in addresses]

    assert led == [f"/sign-in?next={address}" for address in addresses]


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
