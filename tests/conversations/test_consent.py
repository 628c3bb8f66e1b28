"""Who wrote STOP gets nothing more from that number until START, in whatever order the events come."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from centrala.conversations import actions, consent, sending
from centrala.conversations.consent import Command
from centrala.conversations.models import Conversation, Message, MessageState, OptOut, Reason
from centrala.errors import Refused
from centrala.inbox.models import Event
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
