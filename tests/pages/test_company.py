"""Two people in one conversation: what is answered meanwhile is pointed out, and pages say who has them open."""

import json

import psycopg
import pytest
from django.db import connection as database
from django.test import Client

from calling import call, talk_of
from centrala.connection.models import Connection
from centrala.conversations.models import Conversation, Direction, Message
from centrala.desk.broadcast import MOST_OF_THE_MOMENT, MOST_WAITING, Broadcast, Notice
from centrala.organization.models import User
from pages.reading import read
from pages.scene import Talk

HTMX = {"HX-Request": "true"}


def known(client: Client, conversation: Conversation) -> str:
    return str(read(client.get(f"/desk/{conversation.pk}/")).one("input", id="reply-known").attributes["value"])


def answers() -> list[str]:
    return list(
        Message.objects.filter(direction=Direction.OUTBOUND).order_by("created_at").values_list("text", flat=True)
    )


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_colleagues_answer_is_pointed_out_before_ones_own_is_sent(
    agent: Client, supervisor: Client, talk: Talk, headers: dict[str, str]
) -> None:
    conversation = talk()
    seen = known(agent, conversation)
    supervisor.post(f"/desk/{conversation.pk}/reply", {"text": "Już w drodze.", "known": seen})

    refused = agent.post(f"/desk/{conversation.pk}/reply", {"text": "Sprawdzam.", "known": seen}, headers=headers)

    assert refused.status_code == 422
    page = read(refused)
    assert "beata answered while you were writing" in page.one("p", class_="error").text()
    assert "Już w drodze." in page.text()
    assert answers() == ["Już w drodze."]
    again = {"text": "Sprawdzam.", "known": known(agent, conversation)}
    agent.post(f"/desk/{conversation.pk}/reply", again, headers=headers)
    assert answers() == ["Już w drodze.", "Sprawdzam."]


def test_own_answers_and_the_customers_words_hold_nothing_up(agent: Client, talk: Talk) -> None:
    conversation = talk()
    seen = known(agent, conversation)

    for text in ("Raz.", "Dwa."):
        agent.post(f"/desk/{conversation.pk}/reply", {"text": text, "known": seen}, headers=HTMX)

    assert answers() == ["Raz.", "Dwa."]


def test_place_that_is_none_is_refused(agent: Client, talk: Talk) -> None:
    answer = agent.post(f"/desk/{talk().pk}/reply", {"text": "Raz.", "known": "yesterday"}, headers=HTMX)

    assert (answer.status_code, answers()) == (422, [])


@pytest.mark.django_db(transaction=True)
def test_open_page_tells_the_others_and_writes_nothing(agent: Client, ala: User, talk: Talk) -> None:
    conversation = talk()
    with psycopg.connect(**database.get_connection_params(), autocommit=True) as listening:  # type: ignore[arg-type]
        listening.execute("listen desk")
        for doing in ("looking", "writing", "gone"):
            assert agent.post(f"/desk/{conversation.pk}/here", {"doing": doing}).status_code == 204
        told = [json.loads(notice.payload)["here"] for notice in listening.notifies(timeout=5, stop_after=3)]

    assert [one["doing"] for one in told] == ["looking", "writing", "gone"]
    assert (told[0]["conversation"], told[0]["person"], told[0]["name"]) == (str(conversation.pk), ala.pk, "Ala")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["active", "wrap_up"])
def test_page_of_whoever_may_listen_to_the_call_is_told_to_nobody(
    state: str, agent: Client, supervisor: Client, administrator: Client, ala: User, connection: Connection
) -> None:
    one = talk_of(call(connection, agent=ala))
    Conversation.objects.filter(pk=one.pk).update(state=state)
    with psycopg.connect(**database.get_connection_params(), autocommit=True) as listening:  # type: ignore[arg-type]
        listening.execute("listen desk")
        for who in (supervisor, administrator):
            for doing in ("coming", "looking", "writing", "gone"):
                assert who.post(f"/desk/{one.pk}/here", {"doing": doing}).status_code == 204
        agent.post(f"/desk/{one.pk}/here", {"doing": "looking"})
        told = [json.loads(notice.payload).get("here") for notice in listening.notifies(timeout=5, stop_after=1)]

    assert [(here["person"], here["doing"]) for here in told] == [(ala.pk, "looking")]


@pytest.mark.parametrize("doing", ["", "sleeping"])
def test_what_nobody_does_is_not_told(agent: Client, talk: Talk, doing: str) -> None:
    assert agent.post(f"/desk/{talk().pk}/here", {"doing": doing}).status_code == 422


def test_outsider_tells_nothing(outsider: Client, talk: Talk) -> None:
    assert outsider.post(f"/desk/{talk().pk}/here", {"doing": "looking"}).status_code == 404


async def test_company_however_loud_cuts_no_stream() -> None:
    broadcast = Broadcast("")
    coming = broadcast.notices("", pulse=5)
    await anext(coming)

    for _ in range(MOST_WAITING * 2):
        broadcast._notified('{"here":{"doing":"looking"}}')
    broadcast._notified('{"conversations":[]}')

    heard = [await anext(coming) for _ in range(MOST_OF_THE_MOMENT + 1)]
    assert isinstance(heard[-1], Notice)
    assert heard[-1].event == "changed"


async def test_company_is_of_the_moment_and_not_told_again() -> None:
    broadcast = Broadcast("")
    coming = broadcast.notices("", pulse=5)
    assert (await anext(coming)) is not None

    broadcast._notified('{"here":{"doing":"looking"}}')
    broadcast._notified('{"conversations":[]}')

    first, second = await anext(coming), await anext(coming)
    assert isinstance(first, Notice)
    assert isinstance(second, Notice)
    assert (first.event, b"id:" in first.encode(), second.event) == ("here", False, "changed")
    assert [notice.event for notice in broadcast._kept] == ["changed"]
