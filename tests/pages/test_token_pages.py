"""The pages of API tokens: made for oneself and shown once, listed, revoked; administrators see everybody's."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from centrala.api import actions, pages
from centrala.api.models import ApiToken, Scope
from centrala.organization.models import AuditEntry, User
from pages.reading import Element, read
from pages.test_center import table

ALL, MINE, MAKE = "/center/api-tokens/", "/profile/tokens/", "/profile/tokens/make/"


def asked(**changes: object) -> dict[str, object]:
    return {"name": "shop", "days": "90", "scopes": ["conversations:read", "numbers:read"]} | changes


def offered(page: Element) -> list[str]:
    return [box.attributes["value"] or "" for box in page.all("input", name="scopes")]


def test_made_token_is_shown_once_and_works(agent: Client) -> None:
    shown = agent.post(MAKE, asked())

    token = read(shown).one("code", id="token").text()
    answer = Client().get("/api/v1/numbers", headers={"Authorization": f"Bearer {token}"})
    page = agent.get(MINE)
    row = table(read(page))[0]
    assert answer.json() == {"items": [], "next": None}
    assert "no-store" in shown["Cache-Control"]
    assert token not in page.text
    assert row[:3] == ["shop", "conversations:read, numbers:read", "In force"]
    assert AuditEntry.objects.get(act="issue api token").actor_name == "ala"


def test_everybody_is_offered_what_the_role_allows(agent: Client, administrator: Client) -> None:
    everything = [scope.value for scope in Scope]

    assert offered(read(administrator.get(MAKE))) == everything
    assert offered(read(agent.get(MAKE))) == [
        one for one in everything if one not in {"numbers:order", "events:read", "connection:read"}
    ]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "a\u202eb"}, "A control character is in this text. Fix: type it anew."),
        ({"scopes": []}, "Choose at least one thing that the token may do."),
        ({"scopes": ["events:read"]}, "Select a valid choice. events:read is not one of the available choices."),
        ({"days": "9999"}, "Select a valid choice. 9999 is not one of the available choices."),
    ],
)
def test_token_that_makes_no_sense_is_refused(changes: dict[str, object], text: str, agent: Client) -> None:
    answer = agent.post(MAKE, asked(**changes))

    assert answer.status_code == 422
    assert text in read(answer).text()
    assert ApiToken.objects.count() == 0


def test_administrator_revokes_anybodys_token(administrator: Client, agent: Client) -> None:
    agent.post(MAKE, asked())
    token = ApiToken.objects.get()

    administrator.post(f"{ALL}{token.pk}/revoke/")

    assert table(read(administrator.get(ALL)))[0][:4] == ["shop", "ala", "conversations:read, numbers:read", "Revoked"]
    assert AuditEntry.objects.get(act="revoke api token").actor_name == "adam"


def test_own_token_is_revoked_and_nobody_elses(agent: Client, supervisor: Client) -> None:
    agent.post(MAKE, asked())
    token = ApiToken.objects.get()
    address = f"{MINE}{token.pk}/revoke/"

    refused = supervisor.post(address)
    token.refresh_from_db()
    before = token.state
    agent.post(address)

    token.refresh_from_db()
    assert (refused.status_code, before, token.state) == (404, "active", "revoked")
    assert "shop" not in supervisor.get(MINE).text


@pytest.mark.parametrize("who", ["agent", "supervisor", "outsider"])
def test_others_see_no_list_of_all(who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)

    assert client.get(ALL).status_code == 404


def test_outsider_makes_no_token(outsider: Client) -> None:
    assert [outsider.post(MAKE, asked()).status_code, outsider.get(MINE).status_code] == [404, 404]
    assert ApiToken.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_database_the_same_for_any_number(
    count: int, administrator: Client, ala: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        actions.issue(owner=ala, name=str(number), scopes=[Scope.NUMBERS_READ], actor=ala)

    with django_assert_num_queries(3):
        page = read(administrator.get(ALL))

    assert len(table(page)) == count


def test_older_tokens_stand_on_the_next_page(administrator: Client, ala: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    for number in range(3):
        actions.issue(owner=ala, name=str(number), scopes=[Scope.NUMBERS_READ], actor=ala)

    first = read(administrator.get(ALL))
    second = read(administrator.get(f"{ALL}{first.one('a', rel='next').attributes['href']}"))

    assert [[row[0] for row in table(page)] for page in (first, second)] == [["2", "1"], ["0"]]


def test_pages_speak_polish(administrator: Client) -> None:
    headings = [
        read(administrator.get(address, headers={"Accept-Language": "pl"})).one("h1").text()
        for address in (ALL, MINE, MAKE)
    ]

    assert headings == ["Tokeny API", "Twoje tokeny API", "Utwórz token"]
