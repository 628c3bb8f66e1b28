"""One conversation: the thread, the answer, the customer's panel."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from centrala.conversations.models import (
    Conversation,
    ConversationState,
    Direction,
    Message,
    MessageState,
    OptOut,
    Reason,
)
from centrala.organization.models import User
from pages.reading import Element, read
from pages.scene import Talk, say

HTMX = {"HX-Request": "true"}


def bubbles(page: Element) -> list[str]:
    return [bubble.text() for bubble in page.all("p", class_="bubble")]


def test_thread_shows_both_sides_in_order(agent: Client, ala: User, talk: Talk) -> None:
    conversation = talk(text="Gdzie jest moja paczka?", minutes_ago=9)
    outbound = {"direction": Direction.OUTBOUND, "author": ala, "state": MessageState.DELIVERED}
    say(conversation, "W drodze.", minutes_ago=8, **outbound)

    page = read(agent.get(f"/desk/{conversation.pk}/"))

    assert bubbles(page) == ["Gdzie jest moja paczka?", "W drodze."]
    theirs, ours = page.one("div", role="log").all("li")
    assert theirs.one("span", class_="sr").text() == "Customer"
    assert ours.one("span", class_="author").text() == "Ala"
    assert ours.one("span", class_="state").text() == "Delivered"


def test_text_of_a_customer_is_never_markup(agent: Client, talk: Talk) -> None:
    words = "<script>alert('1')</script> & <b>pogrubione</b>"
    conversation = talk(text=words)

    assert bubbles(read(agent.get(f"/desk/{conversation.pk}/"))) == [words]


@pytest.mark.parametrize(
    ("state", "error", "words", "reason"),
    [
        (MessageState.QUEUED, "", "Queued", None),
        (MessageState.QUEUED, Reason.KEY_REFUSED, "Queued", "Waits: Azure refuses the connection's key"),
        (MessageState.SENDING, "", "Sending", None),
        (MessageState.SENT, "", "Sent", None),
        (MessageState.DELIVERED, "", "Delivered", None),
        (MessageState.FAILED, "Sender blocked for given recipient.", "Failed", "Sender blocked for given recipient."),
        (MessageState.FAILED, "", "Failed", "The service gave no reason."),
        (MessageState.UNKNOWN, Reason.ANSWER_LOST, "Unknown", "The answer to this send was lost"),
        (MessageState.UNKNOWN, "", "Unknown", "It may or may not have reached the customer"),
    ],
)
def test_delivery_is_told_in_words_with_the_reason(
    agent: Client, talk: Talk, state: MessageState, error: str, words: str, reason: str | None
) -> None:
    conversation = talk()
    message = say(conversation, "W drodze.", minutes_ago=1, direction=Direction.OUTBOUND, state=state, error=error)

    row = read(agent.get(f"/desk/{conversation.pk}/")).one("li", id=f"message-{message.pk}")

    assert row.one("span", class_="state").text() == words
    assert [told.text()[: len(reason or "")] for told in row.all("p", class_="reason")] == ([reason] if reason else [])


def test_days_are_those_of_the_reader(agent: Client, talk: Talk) -> None:
    conversation = talk()
    Message.objects.update(created_at="2020-07-01T21:59:00+00:00")
    say(conversation, "Po północy", minutes_ago=0)
    Message.objects.filter(text="Po północy").update(created_at="2020-07-01T22:01:00+00:00")
    agent.cookies["timezone"] = "Europe/Warsaw"

    days = read(agent.get(f"/desk/{conversation.pk}/messages")).all("section", class_="day")

    assert [day.one("h2").text() for day in days] == ["Wednesday, 1 July 2020", "Thursday, 2 July 2020"]
    assert [day.one("time").text() for day in days] == ["23:59", "00:01"]


def test_today_and_yesterday_have_their_names(agent: Client, talk: Talk) -> None:
    conversation = talk(minutes_ago=0)
    yesterday = say(conversation, "Wczoraj", minutes_ago=0)
    Message.objects.filter(pk=yesterday.pk).update(created_at=now() - timedelta(days=1))

    page = read(agent.get(f"/desk/{conversation.pk}/"))

    assert [heading.text() for heading in page.one("div", role="log").all("h2")] == ["Yesterday", "Today"]


@pytest.mark.parametrize("count", [1, 3])
def test_thread_takes_as_many_queries_however_long_it_is(
    agent: Client, talk: Talk, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    conversation = talk(unread=0)
    for number in range(count - 1):
        say(conversation, f"Wiadomość {number}", minutes_ago=1)

    with django_assert_num_queries(
        18
    ):  # eleven, STOP (2), notes, tags, campaigns, nodes among them; how the reader stands (6)
        page = read(agent.get(f"/desk/{conversation.pk}/"))

    assert len(bubbles(page)) == count


def test_reading_an_address_changes_nothing(agent: Client, talk: Talk) -> None:
    conversation = talk(unread=3)

    page = read(agent.get(f"/desk/{conversation.pk}/"))
    part = read(agent.get(f"/desk/{conversation.pk}/messages", {"seen": "on"}))

    assert "data-unread" in page.one("span", id="thread-state").attributes
    assert "data-unread" in part.one("span", id="thread-state").attributes
    conversation.refresh_from_db()
    assert conversation.unread == 3


def test_page_that_is_looked_at_takes_the_unread_mark_away(agent: Client, talk: Talk) -> None:
    conversation = talk(unread=3)
    form = read(agent.get(f"/desk/{conversation.pk}/")).one("form", id="seen")
    address = str(form.attributes["hx-post"])

    assert agent.get(address).status_code == 405
    agent.post(address, headers=HTMX)

    page = read(agent.get(f"/desk/{conversation.pk}/"))
    assert "data-unread" not in page.one("span", id="thread-state").attributes
    assert page.all("span", class_="badge") == []


def test_long_thread_opens_at_its_end_and_older_messages_come_on_demand(agent: Client, talk: Talk) -> None:
    conversation = talk(text="Wiadomość 0", minutes_ago=200)
    for number in range(1, 60):
        say(conversation, f"Wiadomość {number}", minutes_ago=200 - number)

    page = read(agent.get(f"/desk/{conversation.pk}/"))
    address = str(page.one("p", id="older").one("button").attributes["hx-get"])
    older = read(agent.get(address))

    assert bubbles(page) == [f"Wiadomość {number}" for number in range(10, 60)]
    assert bubbles(older) == [f"Wiadomość {number}" for number in range(10)]
    swapped = older.one("p", id="older")
    assert swapped.attributes["hx-swap-oob"] == "true"
    assert swapped.all("button") == []


def test_place_in_a_list_that_is_none_shows_the_end(agent: Client, talk: Talk) -> None:
    conversation = talk(text="Dzień dobry")

    assert bubbles(read(agent.get(f"/desk/{conversation.pk}/messages", {"before": "yesterday"}))) == ["Dzień dobry"]


def test_answer_is_queued_and_appears_in_the_thread(agent: Client, ala: User, talk: Talk) -> None:
    conversation = talk(text="Gdzie jest moja paczka?")

    part = read(agent.post(f"/desk/{conversation.pk}/reply", {"text": "W drodze."}, headers=HTMX))

    assert part.one(hx_swap_oob="merge:#messages").all("p", class_="bubble")[-1].text() == "W drodze."
    assert part.one("span", id="thread-state").text() == "Active"
    sent = Message.objects.get(direction=Direction.OUTBOUND)
    assert (sent.text, sent.author, sent.state) == ("W drodze.", ala, MessageState.QUEUED)


def test_lines_of_an_answer_end_as_they_are_counted(agent: Client, talk: Talk) -> None:
    conversation = talk()
    lines = "\r\n".join(["x" * 1023, "y" * 1022, "z"])  # 2,050 characters as a browser sends them

    agent.post(f"/desk/{conversation.pk}/reply", {"text": lines}, headers=HTMX)

    sent = Message.objects.get(direction=Direction.OUTBOUND)
    assert sent.text == lines.replace("\r\n", "\n")


def test_answer_without_javascript_comes_back_to_the_thread(agent: Client, talk: Talk) -> None:
    conversation = talk()

    response = agent.post(f"/desk/{conversation.pk}/reply", {"text": "W drodze."})

    assert response["Location"] == f"/desk/{conversation.pk}/"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "an empty message cannot be sent"),
        (" \n ", "an empty message cannot be sent"),
        ("x" * 2049, "has 2049 characters; at most 2048"),
        ("a\0b", "holds a character that cannot be sent"),
    ],
)
def test_answer_that_cannot_be_sent_says_why_next_to_the_box(agent: Client, talk: Talk, text: str, words: str) -> None:
    conversation = talk()
    address = f"/desk/{conversation.pk}/reply"

    part = agent.post(address, {"text": text}, headers=HTMX)
    whole = agent.post(address, {"text": text})

    assert (part.status_code, whole.status_code) == (422, 422)
    assert words in read(part).one("p", class_="error").text()
    box = read(whole).one("textarea", id="reply")
    assert box.attributes["aria-invalid"] == "true"
    assert "".join(str(child) for child in box.children) == text
    assert Message.objects.filter(direction=Direction.OUTBOUND).count() == 0


def test_closed_conversation_has_no_box_and_takes_no_answer(agent: Client, talk: Talk) -> None:
    conversation = talk(state=ConversationState.CLOSED)

    page = read(agent.get(f"/desk/{conversation.pk}/"))
    refused = read(agent.post(f"/desk/{conversation.pk}/reply", {"text": "Jeszcze coś"}, headers=HTMX))

    assert page.all("textarea", id="reply") == []
    assert "This conversation is closed" in page.one("p", class_="composer-closed").text()
    assert "This conversation is closed" in refused.text()


def test_panel_tells_about_the_customer(agent: Client, talk: Talk) -> None:
    earlier = talk("+48600100200", "Dziękuję!", minutes_ago=5000, state=ConversationState.CLOSED)
    talk("+48600100999", "Kto inny")
    conversation = talk("+48600100200")

    panel = read(agent.get(f"/desk/{conversation.pk}/")).one("aside", id="customer")

    facts = dict(zip([f.text() for f in panel.all("dt")], [f.text() for f in panel.all("dd")], strict=True))
    assert (facts["Number"], facts["Writes to"], facts["Workstream"]) == ("+48 600 100 200", "+1 833-555-0100", "SMS")
    assert [link.attributes["href"] for link in panel.all("a")] == [
        "/desk/dial?number=%2B48600100200",
        f"/desk/{earlier.pk}/",
    ]


def test_sender_with_a_name_for_a_number_is_shown_as_it_came(agent: Client, talk: Talk) -> None:
    conversation = talk("ALERT")

    page = read(agent.get(f"/desk/{conversation.pk}/"))

    assert page.one("h1", id="thread-title").text() == "ALERT"


def test_htmx_gets_the_work_area_alone_with_a_title(agent: Client, talk: Talk) -> None:
    conversation = talk()

    part = read(agent.get(f"/desk/{conversation.pk}/", headers=HTMX | {"HX-Target": "work"}))

    assert part.all("html") == []
    assert part.one("title").text() == "+48 600 100 200 · Desk · Centrala"
    assert part.one("div", id="work").attributes["data-conversation"] == str(conversation.pk)


def test_desk_says_what_to_do_while_nothing_is_open(agent: Client, talk: Talk) -> None:
    talk()

    page = read(agent.get("/desk/"))

    assert page.one("div", id="work").one("h2").text() == "No conversation is open"
    assert Conversation.objects.get().unread == 1


def test_text_that_waits_for_its_turn_says_when_it_leaves(agent: Client, talk: Talk) -> None:
    conversation, due = talk(), now() + timedelta(minutes=2)
    say(conversation, "Za chwilę.", minutes_ago=0, direction=Direction.OUTBOUND, state=MessageState.QUEUED, due_at=due)

    (told,) = read(agent.get(f"/desk/{conversation.pk}/")).all("time", class_="due")

    assert told.text().startswith("leaves about ")


def test_customer_who_wrote_stop_is_told_above_the_reply_box_and_by_the_live_part(agent: Client, talk: Talk) -> None:
    conversation = talk()
    OptOut.objects.create(contact=conversation.contact, number=conversation.number, opted_out=True, at=now())

    page, part = (read(agent.get(f"/desk/{conversation.pk}/{path}")) for path in ("", "messages"))

    for told in (page.one("p", id="barred"), part.one("p", id="barred")):
        assert "The customer wrote STOP" in told.text()
        assert "hidden" not in told.attributes
