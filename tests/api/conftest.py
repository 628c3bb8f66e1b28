from datetime import timedelta

import pytest
from django.utils.timezone import now

from api.scene import Program, Talk, program_of
from centrala.conversations.models import Contact, Conversation, Direction, Message, MessageState
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import Role, User
from hub import connected, held


@pytest.fixture
def adam(db: None) -> User:
    return User.objects.create(username="adam", role=Role.ADMINISTRATOR)


@pytest.fixture
def agent(db: None) -> User:
    return User.objects.create(username="ala", role=Role.AGENT)


@pytest.fixture
def celina(db: None) -> User:
    """Has an account and no role."""
    return User.objects.create(username="celina")


@pytest.fixture
def program(agent: User) -> Program:
    return program_of(agent, may_write=True)


@pytest.fixture
def administrator(adam: User) -> Program:
    return program_of(adam)


@pytest.fixture
def number(db: None) -> PhoneNumber:
    return connected().numbers.get()


@pytest.fixture
def talk(number: PhoneNumber) -> Talk:
    """Makes a conversation of the n-th customer with so many messages, the later the greater n is."""

    def make(customer: int, *, messages: int = 1, state: str = "open") -> Conversation:
        at = now() - timedelta(days=1) + timedelta(minutes=customer)
        contact = Contact.objects.create(number=f"+1425555{customer:04}", name=f"Customer {customer}")
        conversation = Conversation.objects.create(
            contact=contact, number=number, state=state, opened_at=at, last_message_at=at, **held(state, at)
        )
        for position in range(messages):
            Message.objects.create(
                conversation=conversation,
                direction=Direction.INBOUND,
                text=f"Message {position}",
                state=MessageState.RECEIVED,
                created_at=at + timedelta(seconds=position),
            )
        return conversation

    return make
