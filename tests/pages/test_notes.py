"""Internal notes: in the thread for every colleague, and nowhere else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.conversations.models import Contact, ConversationState, Message, Note
from centrala.conversations.noting import write_note
from centrala.customers import dossier, erasing
from centrala.organization.models import User
from pages.reading import read
from pages.scene import Talk, say

HTMX = {"HX-Request": "true"}


def texts(answer: object) -> list[str]:
    return [bubble.text() for bubble in read(answer).all("p", class_="bubble")]  # type: ignore[arg-type]  # an answer


@pytest.mark.parametrize("state", ConversationState)
def test_note_stands_in_the_thread_and_is_never_sent(
    agent: Client, supervisor: Client, talk: Talk, state: ConversationState
) -> None:
    conversation = talk(text="Gdzie jest moja paczka?", state=state)

    answer = agent.post(f"/desk/{conversation.pk}/note", {"text": "Dzwonił <b>kurier</b>."}, headers=HTMX)

    assert texts(answer) == ["Gdzie jest moja paczka?", "Dzwonił <b>kurier</b>."]
    shown = read(supervisor.get(f"/desk/{conversation.pk}/messages")).one("li", id=f"note-{Note.objects.get().pk}")
    assert shown.one("strong").text() == "Internal note"
    assert shown.one("span", class_="author").text() == "Ala"
    assert (Message.objects.count(), ProcrastinateJob.objects.count()) == (1, 0)
    conversation.refresh_from_db()
    assert (conversation.state, conversation.preview, conversation.unread) == (state, "Gdzie jest moja paczka?", 1)


@pytest.mark.parametrize("text", ["", " \n ", "x" * 4001, "a\0b"])
def test_note_that_cannot_be_kept_says_why_next_to_its_box(agent: Client, talk: Talk, text: str) -> None:
    address = f"/desk/{talk().pk}/note"

    part, whole = agent.post(address, {"text": text}, headers=HTMX), agent.post(address, {"text": text})

    assert (part.status_code, whole.status_code) == (422, 422)
    assert read(part).one("p", class_="error").text()
    assert read(whole).one("div", id="note-error").one("p", class_="error").text()
    assert not Note.objects.exists()


def test_note_that_is_sent_twice_is_one_and_the_next_has_another_id(agent: Client, talk: Talk) -> None:
    conversation = talk()
    page = read(agent.get(f"/desk/{conversation.pk}/"))
    said = {"text": "Zna nas.", "key": str(page.one("input", id="note-key").attributes["value"])}

    answers = [agent.post(f"/desk/{conversation.pk}/note", said, headers=HTMX) for _time in range(4)]
    following = str(read(answers[0]).one("input", id="note-key").attributes["value"])
    agent.post(f"/desk/{conversation.pk}/note", {"text": "Zna nas.", "key": following}, headers=HTMX)
    agent.post(f"/desk/{conversation.pk}/note", {"text": "Od lat.", "key": said["key"]}, headers=HTMX)  # an old page

    assert [one.status_code for one in answers] == [200] * 4
    assert sorted(Note.objects.values_list("text", flat=True)) == ["Od lat.", "Zna nas.", "Zna nas."]


def test_note_with_the_id_of_anothers_is_a_note_of_its_own(agent: Client, supervisor: Client, talk: Talk) -> None:
    conversation, said = talk(), {"text": "Tak.", "key": "6f1f8c3e-0000-4000-8000-000000000001"}

    for one in (agent, supervisor):
        one.post(f"/desk/{conversation.pk}/note", said)

    assert Note.objects.count() == 2


def test_note_without_javascript_comes_back_to_the_thread(agent: Client, talk: Talk) -> None:
    conversation = talk()

    assert agent.post(f"/desk/{conversation.pk}/note", {"text": "Tak"})["Location"] == f"/desk/{conversation.pk}/"


def test_notes_come_with_the_page_of_messages_they_stand_among(agent: Client, ala: User, talk: Talk) -> None:
    conversation = talk(text="Wiadomość 0", minutes_ago=200)
    for number in range(1, 60):
        say(conversation, f"Wiadomość {number}", minutes_ago=200 - number)
    for ago in (300, 195, 100):
        note = write_note(conversation=conversation, author=ala, text=f"Notatka {ago}")
        Note.objects.filter(pk=note.pk).update(created_at=now() - timedelta(minutes=ago))

    page = agent.get(f"/desk/{conversation.pk}/")
    older = agent.get(str(read(page).one("p", id="older").one("button").attributes["hx-get"]))

    assert [text for text in texts(page) if "Notatka" in text] == ["Notatka 100"]
    assert texts(older)[0] == "Notatka 300"
    assert [text for text in texts(older) if "Notatka" in text] == ["Notatka 300", "Notatka 195"]


def test_outsider_writes_no_note(outsider: Client, talk: Talk) -> None:
    assert outsider.post(f"/desk/{talk().pk}/note", {"text": "Cześć"}).status_code == 404
    assert not Note.objects.exists()


def test_customers_export_has_the_notes_and_erasing_takes_them_away(ala: User, talk: Talk) -> None:
    write_note(conversation=talk(), author=ala, text="Zna nas od lat.")
    contact = Contact.objects.get()

    [told] = dossier.export(contact=contact, actor=None)["conversations"]
    assert [(note["author"], note["text"]) for note in told["notes"]] == [("ala", "Zna nas od lat.")]
    erasing.erase(contact=contact, actor=None)
    assert not Note.objects.exists()
