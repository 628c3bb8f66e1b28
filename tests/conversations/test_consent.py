"""Who wrote STOP gets nothing more from that number until START, in whatever order the events come."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from centrala.conversations import actions, automation, consent, sending
from centrala.conversations.models import Conversation, Message, MessageState, OptOut, Reason
from centrala.database import run
from centrala.errors import Refused
from centrala.inbox.models import Event
from centrala.workstreams import words as vocabulary
from centrala.workstreams.models import AutomatedText, Occasion, Workstream
from centrala.workstreams.words import Command
from hub import CUSTOMER, arrive, connected, drained, text

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("STOP", Command.STOP),
        (" stop. ", Command.STOP),
        ("Stop\n", Command.STOP),
        ("REZYGNUJĘ", Command.STOP),
        ("rezygnuje!", Command.STOP),
        ("opt  out", Command.STOP),
        ("START", Command.START),
        ("Unstop", Command.START),
        ("Please stop calling me", None),
        ("Stop it, where is my parcel?", None),
        ("", None),
        ("POMOC", Command.HELP),
        ("help!", Command.HELP),
        ("s" * 2_000, None),
    ],
)
def test_word_is_a_word_only_when_it_stands_alone(words: str, meaning: Command | None) -> None:
    assert consent.command(words) is meaning


def said(*words: str) -> None:
    """The customer's texts, a minute apart, in one batch."""
    for minute, one in enumerate(words):
        arrive(text(one, receivedTimestamp=(NOON + timedelta(minutes=minute)).isoformat()))
    drained()


def opted_out() -> bool:
    talk = Conversation.objects.select_related("contact", "number").get()
    return consent.has_opted_out(talk.contact, talk.number)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("apart", [False, True], ids=["one batch", "a batch each"])
def test_last_word_counts_in_any_order_of_arrival(order: tuple[int, ...], apart: bool) -> None:
    connected()
    for place in order:
        arrive(text(["STOP", "START", "stop"][place], receivedTimestamp=(NOON + timedelta(minutes=place)).isoformat()))
        if apart:
            drained()
    drained()

    assert opted_out()
    assert OptOut.objects.get().at == NOON + timedelta(minutes=2)


def test_answer_to_who_wrote_stop_is_refused_until_start() -> None:
    connected()
    said("Hello", "STOP")
    talk = Conversation.objects.get()

    with pytest.raises(Refused, match="STOP"):
        actions.reply(conversation=talk, author=None, text="One more offer!")
    assert Message.objects.filter(direction="outbound").count() == 0

    said("Hello again", "START", "Where is my parcel?", "START")
    assert actions.reply(conversation=talk, author=None, text="On its way.").state == MessageState.QUEUED


def test_answer_that_waited_when_stop_came_does_not_leave() -> None:
    connected()
    said("Hello")
    message = actions.reply(conversation=Conversation.objects.get(), author=None, text="Hello to you.")
    arrive(text("STOP"))
    drained()

    sending.send(message_id=message.pk)

    message.refresh_from_db()
    assert (message.state, message.error) == (MessageState.FAILED, Reason.OPTED_OUT)


def test_stop_counts_for_the_number_it_was_written_to_alone() -> None:
    connected()
    said("Hello", "STOP")
    arrive(text("Hello", to="18335550199"))
    drained()

    other = Conversation.objects.get(number__number="+18335550199")

    assert other.contact.number == CUSTOMER
    assert actions.reply(conversation=other, author=None, text="Hello.").state == MessageState.QUEUED
    assert {event.state for event in Event.objects.all()} == {"processed"}


def with_words(**words: list[str]) -> None:
    Workstream.objects.update(**words)


@pytest.mark.parametrize(
    ("words", "wants_none"),
    [
        (["WYLACZ!"], True),
        ([" koniec  sms. "], True),
        (["Wyłącz to, proszę"], False),
        (["WyŁąCz", "Wracam"], False),
        (["wracam", "Stop"], True),
    ],
)
def test_own_words_of_a_workstream_count_besides_the_standard_ones(words: list[str], wants_none: bool) -> None:
    connected()
    with_words(stop_words=["Wyłącz", "KONIEC SMS"], start_words=["wracam"])

    said("Hello", *words)

    assert opted_out() == wants_none


def test_own_words_of_one_workstream_mean_nothing_to_another() -> None:
    connected()
    with_words(stop_words=["Basta"])
    arrive(text("Basta", to="18335550199"))
    arrive(text("Basta, please"))
    drained()

    assert OptOut.objects.count() == 0


def test_whoever_begins_with_an_own_word_is_not_greeted() -> None:
    connected()
    with_words(help_words=["Ratunku"])
    workstream = Workstream.objects.get()
    AutomatedText.objects.create(workstream=workstream, occasion=Occasion.GREETING, text="Hello!")

    arrive(text("ratunku"))
    drained()
    talk = Conversation.objects.get()

    assert automation.write(conversation_id=talk.pk, occasions=automation.BEGINNINGS, at=NOON) is None


def test_own_words_cost_a_batch_one_query_however_many_texts_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    connected()
    with_words(stop_words=["Basta"])
    asked: list[str] = []
    monkeypatch.setattr(vocabulary, "run", lambda *given: asked.append(given[0]) or run(*given))

    for texts in (1, 50):
        for one in range(texts):
            arrive(text("Basta", **{"from": f"1425555{texts:02}{one:02}"}))
        drained()

    assert asked == [vocabulary.OWN, vocabulary.OWN]
    assert OptOut.objects.filter(opted_out=True).count() == 51
