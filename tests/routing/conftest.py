from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils.timezone import now

from centrala.conversations.models import Contact, Conversation
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import Role, User
from centrala.routing import actions
from centrala.workstreams.models import Workstream
from hub import connected, held

OnDuty = Callable[..., User]
Waiting = Callable[..., list[Conversation]]


@pytest.fixture
def workstream(db: None) -> Workstream:
    connected()
    return Workstream.objects.get()


@pytest.fixture
def on_duty(workstream: Workstream) -> OnDuty:
    """An agent whose desk is open."""

    def make(username: str = "ala", *, role: Role = Role.AGENT) -> User:
        user, _made = User.objects.get_or_create(username=username, defaults={"role": role})
        actions.seen(user=user)
        return user

    return make


@pytest.fixture
def waiting(workstream: Workstream) -> Waiting:
    """So many conversations in the queue, the first the oldest."""

    def make(count: int = 1) -> list[Conversation]:
        at, number = now() - timedelta(hours=1), PhoneNumber.objects.get()
        found = Contact.objects.count()
        contacts = Contact.objects.bulk_create([Contact(number=f"+1425{found + n:07}") for n in range(count)])
        return Conversation.objects.bulk_create(
            [
                Conversation(
                    contact=contact,
                    number=number,
                    workstream=workstream,
                    opened_at=at,
                    last_message_at=at,
                    **held("open", at + timedelta(seconds=n)),
                )
                for n, contact in enumerate(contacts)
            ]
        )

    return make
