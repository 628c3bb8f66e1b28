"""Searching the conversations: by the words of messages, and by who the customer is."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from centrala.conversations import search
from centrala.conversations.models import Contact
from centrala.desk import lists
from pages.reading import Element, read
from pages.scene import Talk, say


def found(client: Client, text: str) -> list[str]:
    page = read(client.get("/desk/", {"search": text}))
    return [one.text()[-3:] for one in page.all("span", class_="name")]


def marked(page: Element) -> list[str]:
    return [one.text() for one in page.all("mark")]


@pytest.mark.parametrize(
    "text",
    [
        "żółwia",
        "ZOLW",
        "zólwia zgubilem",
        "żół gdań",
        "gdansk-wrzeszcz",
        "wrzeszcz",
        "„Żółwia”",
        "48'7",
        "żółw & gdańsk",
    ],
)
@pytest.mark.parametrize("most", [search.MOST_FOUND, 0])  # rare words, and words that are everywhere
def test_words_find_the_message_that_has_all_of_them(
    agent: Client, talk: Talk, monkeypatch: pytest.MonkeyPatch, text: str, most: int
) -> None:
    monkeypatch.setattr(search, "MOST_FOUND", most)
    conversation = talk("+48600100201", minutes_ago=60)
    say(conversation, "Zgubiłem (żółwia), ul. Długa 48/7, Gdańsk-Wrzeszcz", minutes_ago=50)
    say(talk("+48600100202"), "Żółty samochód, Gdynia", minutes_ago=40)

    assert found(agent, text) == ["201"]


@pytest.mark.parametrize("text", ["żółwia gdynia", "ółwia", "zo", "!?", "' | żółty", "\\", "nic takiego", "9" * 100])
def test_what_no_message_has_finds_nothing_and_says_so(agent: Client, talk: Talk, text: str) -> None:
    talk("+48600100201", "Zgubiłem żółwia")

    page = read(agent.get("/desk/", {"search": text}))

    assert page.one("li", id="row-none").one("h2").text() == "Nothing found"


@pytest.mark.parametrize(
    "text",
    ["+48 600 100 201", "48600100201", "0048600100201", "600-100-201", "100 201", "+48 600 100 2", "Spółdz mlecz"],
)
def test_customer_is_found_by_number_or_name(agent: Client, talk: Talk, text: str) -> None:
    Contact.objects.create(number="+48600100201", name="Spółdzielnia Mleczarska")
    talk("+48600100201", "Dzień dobry")
    talk("+48700999300", "Do widzenia")

    assert found(agent, text) == ["ska"]


def test_row_shows_the_message_that_was_found_with_its_words_marked(agent: Client, talk: Talk) -> None:
    conversation = talk("+48600100201", "Dziękuję", minutes_ago=1)
    say(conversation, "Dzień dobry Państwu, od wczoraj czekam na <b>paczkę</b> i Paczkomat", minutes_ago=30)

    page = read(agent.get("/desk/list", {"search": "PACZK"}))

    assert marked(page) == ["paczkę", "Paczkomat"]
    assert page.one("span", class_="preview").text().startswith("…")
    assert page.one("a", id=f"open-{conversation.pk}").attributes["href"].endswith("?search=PACZK")


def test_results_come_in_pages_newest_first(agent: Client, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    for number in range(3):
        talk(f"+4860010020{number}", "Gdzie paczka?", minutes_ago=10 + number)

    first = read(agent.get("/desk/list", {"search": "paczka"}))
    more = first.one("button", id="more").attributes["hx-get"]

    assert [one.text()[-1] for one in first.all("span", class_="name")] == ["0", "1"]
    assert [one.text()[-1] for one in read(agent.get(more)).all("span", class_="name")] == ["2"]


@pytest.mark.parametrize("count", [1, 3])
def test_search_takes_fourteen_queries_however_much_it_finds(
    agent: Client, talk: Talk, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        talk(f"+4860010020{number}", "Gdzie paczka?")

    with django_assert_num_queries(14):  # as the list, and: messages, customers, what was said, excerpts of both
        assert len(found_in_list(agent)) == count


def found_in_list(client: Client) -> list[Element]:
    return read(client.get("/desk/list", {"search": "paczka"})).all("span", class_="name")


def test_outsider_searches_nothing(outsider: Client, talk: Talk) -> None:
    talk("+48600100201", "Gdzie paczka?")

    assert b"paczka?" not in outsider.get("/desk/", {"search": "paczka"}).content
