"""The list of conversations."""

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from centrala.conversations.models import Contact, Conversation, ConversationState
from centrala.desk import lists
from centrala.organization.models import Role, User
from pages.reading import Element, read
from pages.scene import Talk

OPEN, ACTIVE, CLOSED = ConversationState.OPEN, ConversationState.ACTIVE, ConversationState.CLOSED


def rows(page: Element) -> list[Element]:
    """The conversations shown, in order."""
    return [row for row in page.all("li") if row.all("span", class_="who")]


def names(page: Element) -> list[str]:
    return [row.one("span", class_="name").text() for row in rows(page)]


def test_row_says_who_what_when_and_how_it_stands(agent: Client, talk: Talk) -> None:
    conversation = talk("+48600100200", "Gdzie jest moja paczka?", unread=2)

    [row] = rows(read(agent.get("/desk/")))

    assert row.one("span", class_="name").text() == "+48 600 100 200"
    assert row.one("span", class_="preview").text() == "Gdzie jest moja paczka?"
    assert row.one("span", class_="badge").text() == "2 2 unread messages"
    assert row.one("span", class_="state").text() == "Open"
    assert row.one("time").attributes["datetime"] == conversation.last_message_at.isoformat()
    assert row.one("a").attributes["href"] == f"/desk/{conversation.pk}/"


def test_customer_with_a_name_is_called_by_it(agent: Client, talk: Talk) -> None:
    Contact.objects.create(number="+48600100200", name="Spółdzielnia <b>Mleczarska</b>")
    talk("+48600100200")

    assert names(read(agent.get("/desk/"))) == ["Spółdzielnia <b>Mleczarska</b>"]


def test_newest_conversation_stands_first(agent: Client, talk: Talk) -> None:
    talk("+48600100201", minutes_ago=30)
    talk("+48600100202", minutes_ago=10)
    talk("+48600100203", minutes_ago=20)

    assert names(read(agent.get("/desk/"))) == ["+48 600 100 202", "+48 600 100 203", "+48 600 100 201"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"…201", "…202"}),
        ("?show=mine", {"…202"}),
        ("?show=queue", {"…201"}),
        ("?show=all", {"…201", "…202", "…203", "…204"}),
        ("?show=nonsense", {"…201", "…202"}),
        ("?after=nonsense", {"…201", "…202"}),
    ],
)
def test_list_shows_what_was_asked_for(agent: Client, talk: Talk, query: str, shown: set[str]) -> None:
    talk("+48600100201", state=OPEN)
    talk("+48600100202", state=ACTIVE)
    talk("+48600100203", state=CLOSED)
    beata = User.objects.create(username="beata", role=Role.SUPERVISOR)
    Conversation.objects.filter(pk=talk("+48600100204", state=ACTIVE).pk).update(agent=beata)

    assert {f"…{name[-3:]}" for name in names(read(agent.get(f"/desk/list{query}")))} == shown


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_however_long(
    agent: Client, talk: Talk, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        talk(f"+4860010020{number}")

    with django_assert_num_queries(9):  # session, person, conversations; offers, calls (2), agent, load, waiting
        page = read(agent.get("/desk/list"))

    assert len(rows(page)) == count


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)


@pytest.mark.usefixtures("short_pages")
def test_show_more_goes_on_where_the_list_ended(agent: Client, talk: Talk) -> None:
    for number in range(5):
        talk(f"+4860010020{number}", minutes_ago=number)

    first = read(agent.get("/desk/"))
    more = first.one("button", id="more").attributes["hx-get"]
    second = read(agent.get(str(more)))
    third = read(agent.get(str(second.one("button", id="more").attributes["hx-get"])))

    assert names(first) == ["+48 600 100 200", "+48 600 100 201"]
    assert names(second) == ["+48 600 100 202", "+48 600 100 203"]
    assert names(third) == ["+48 600 100 204"]
    assert third.all("button", id="more") == []


@pytest.mark.usefixtures("short_pages")
def test_queue_is_oldest_first_page_by_page_with_the_waiting_time(agent: Client, talk: Talk) -> None:
    for number, minutes in enumerate((5, 125, 59, 4600, 0)):
        talk(f"+4860010020{number}", minutes_ago=minutes)
    latest = Conversation.objects.get(contact__number="+48600100203")
    Conversation.objects.filter(pk=latest.pk).update(last_message_at=now())  # what was written since changes no place

    pages = [read(agent.get("/desk/?show=queue"))]
    while more := pages[-1].all("button", id="more"):
        pages.append(read(agent.get(str(more[0].attributes["hx-get"]))))

    shown = [
        (name[-1], row.one("time").text()) for page in pages for name, row in zip(names(page), rows(page), strict=True)
    ]
    assert shown == [("3", "3 d 4 h"), ("1", "2 h 5 min"), ("2", "59 min"), ("0", "5 min"), ("4", "0 min")]
    until = str(pages[1].one("input", id="list-end").attributes["value"])
    talk("+48600100209", minutes_ago=90)
    refreshed = read(agent.get("/desk/list", {"show": "queue", "until": until}))
    assert [name[-1] for name in names(refreshed)] == ["3", "1", "9", "2", "0"]
    assert len(refreshed.all("button", id="more")) == 1


@pytest.mark.usefixtures("short_pages")
def test_extended_list_is_refreshed_as_far_as_it_was_shown(agent: Client, talk: Talk) -> None:
    for number in range(5):
        talk(f"+4860010020{number}", minutes_ago=10 + number)
    first = read(agent.get("/desk/"))
    second = read(agent.get(str(first.one("button", id="more").attributes["hx-get"])))
    until = str(second.one("input", id="list-end").attributes["value"])
    talk("+48600100209", minutes_ago=0)

    refreshed = read(agent.get("/desk/list", {"until": until}))

    last_digits = [name[-1] for name in names(refreshed)]
    assert last_digits == ["9", "0", "1", "2", "3"]
    assert len(refreshed.all("button", id="more")) == 1
    assert refreshed.one("input", id="list-end").attributes["value"] == until


def test_refreshed_list_knows_which_conversation_is_open(agent: Client, talk: Talk) -> None:
    conversation = talk()
    here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/desk/{conversation.pk}/?show=queue"}

    [row] = rows(read(agent.get("/desk/list", headers=here)))

    assert row.one("a").attributes["aria-current"] == "true"


@pytest.mark.parametrize(
    ("show", "words"),
    [
        ("", "Nothing to do"),
        ("mine", "Nothing is yours yet"),
        ("queue", "Nothing is waiting"),
        ("all", "No conversations yet"),
    ],
)
@pytest.mark.usefixtures("connection")
def test_empty_list_says_what_comes_next(agent: Client, show: str, words: str) -> None:
    page = read(agent.get("/desk/list", {"show": show}))

    assert page.one("h2").text() == words


def test_unconnected_desk_leads_the_administrator_to_phone_numbers(agent: Client, administrator: Client) -> None:
    assert "An administrator connects one" in read(agent.get("/desk/list")).text()

    page = read(administrator.get("/desk/list"))
    assert page.one("a", class_="button").attributes["href"] == "/center/phone-numbers/"


@pytest.mark.parametrize(
    ("unread", "words"),
    [
        (1, "1 nieprzeczytana wiadomość"),
        (3, "3 nieprzeczytane wiadomości"),
        (12, "12 nieprzeczytanych wiadomości"),
        (22, "22 nieprzeczytane wiadomości"),
    ],
)
def test_unread_messages_are_counted_in_polish_grammar(agent: Client, talk: Talk, unread: int, words: str) -> None:
    talk(unread=unread)
    agent.post("/language", {"language": "pl"})

    [row] = rows(read(agent.get("/desk/list")))

    assert row.one("span", class_="badge").one("span", class_="sr").text() == words


def test_time_is_the_readers_own(agent: Client, talk: Talk) -> None:
    conversation = talk()
    Conversation.objects.update(last_message_at="2020-07-01T22:30:00+00:00")

    agent.cookies["timezone"] = "Europe/Warsaw"
    warsaw = rows(read(agent.get("/desk/list")))[0].one("time").text()
    agent.cookies["timezone"] = "../../etc/passwd"
    unknown = rows(read(agent.get("/desk/list")))[0].one("time").text()

    assert conversation.pk
    assert (warsaw, unknown) == ("07/02/2020", "07/01/2020")
