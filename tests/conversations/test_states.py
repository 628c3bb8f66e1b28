"""Which way a conversation may go: the table in the code, held by the database against every writer."""

from itertools import product

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from centrala.conversations import actions
from centrala.conversations.models import Contact, Conversation, ConversationState
from centrala.conversations.states import MOVES
from centrala.numbers.models import PhoneNumber
from centrala.routing.actions import answer
from hub import ala, arrive, close_all, connected, drained, held, text

pytestmark = pytest.mark.django_db


def goes(conversation: Conversation, to: ConversationState) -> bool:
    try:
        with transaction.atomic():
            Conversation.objects.filter(pk=conversation.pk).update(
                **{"state": to, "agent": None} | held(to, now())  # what each state must have besides
            )
            transaction.set_rollback(True)
    except IntegrityError as error:
        assert "does not go" in str(error)  # noqa: PT017 - not another constraint
        return False
    return True


def test_database_lets_a_conversation_go_where_the_table_says_and_nowhere_else() -> None:
    connected()
    ala()
    number, found = PhoneNumber.objects.get(), {}
    for position, state in enumerate(ConversationState):
        contact = Contact.objects.create(number=f"+4860010020{position}")
        conversation = Conversation.objects.create(
            contact=contact, number=number, state=state, opened_at=now(), last_message_at=now(), **held(state, now())
        )
        found |= {(state, to): goes(conversation, to) for to in ConversationState if to != state}

    assert found == {(a, b): b in MOVES[a] for a, b in product(ConversationState, repeat=2) if a != b}


def conversation() -> Conversation:
    return Conversation.objects.latest("opened_at")


def customer_writes(words: str = "Hello") -> Conversation:
    arrive(text(words))
    drained()
    return conversation()


def test_new_conversation_waits_in_the_queue_of_its_workstream() -> None:
    connected()

    talk = customer_writes()

    assert talk.workstream is not None
    assert (talk.state, talk.queue, talk.queued_at) == ("open", talk.workstream.queue, talk.opened_at)
    assert talk.queue is not None
    assert (talk.queue.is_default, talk.queue.kind) == (True, "messaging")


def test_number_without_a_workstream_uses_the_default_queue() -> None:
    connected()
    arrive(text("To another number", to="18335550101"))

    drained()

    talk = conversation()
    assert talk.queue is not None
    assert (talk.workstream, talk.queue.is_default) == (None, True)


def test_customer_who_writes_to_a_waiting_conversation_opens_it_again() -> None:
    connected()
    talk = customer_writes()
    agent = ala()
    answer(conversation=talk, author=agent, text="One moment")
    Conversation.objects.update(state=ConversationState.WAITING)

    again = customer_writes("Still there?")

    assert again.pk == talk.pk
    assert (again.state, again.agent, again.former_agent) == ("open", None, agent)


def test_customer_who_writes_to_an_agents_conversation_stays_with_the_agent() -> None:
    connected()
    agent = ala()
    answer(conversation=customer_writes(), author=agent, text="One moment")

    again = customer_writes("Thanks")

    assert (again.state, again.agent) == ("active", agent)


def test_customer_who_writes_during_the_wrap_up_opens_another_conversation() -> None:
    connected()
    talk = customer_writes()
    answer(conversation=talk, author=ala(), text="Bye")
    Conversation.objects.update(state=ConversationState.WRAP_UP)

    arrive(text("One more thing"))
    drained()

    assert sorted(Conversation.objects.values_list("state", flat=True)) == ["open", "wrap_up"]


def test_answer_without_an_author_leaves_the_conversation_in_its_queue() -> None:
    connected()
    talk = customer_writes()

    actions.reply(conversation=talk, author=None, text="We have got your message.")

    talk.refresh_from_db()
    assert (talk.state, talk.agent) == ("open", None)


def test_closed_conversation_has_ended_for_good() -> None:
    connected()
    customer_writes()
    close_all()

    customer_writes("Again")

    assert sorted(Conversation.objects.values_list("state", flat=True)) == ["closed", "open"]
