"""The cast, each with a browser of their own, and conversations to look at."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.connection.models import Connection
from centrala.conversations.models import Contact, Conversation, ConversationState
from centrala.numbers.models import PhoneNumber
from centrala.organization import actions as organization
from centrala.organization.models import Role, User
from centrala.workstreams.models import Workstream
from hub import TENANT, connected, held
from localazure.pytest_plugin import LocalAzure
from pages.scene import PASSWORD, Talk, say


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ala(db: None) -> User:
    return organization.add_user(username="ala", password=PASSWORD, role=Role.AGENT, first_name="Ala")


@pytest.fixture
def agent(ala: User) -> Client:
    return signed_in(ala)


@pytest.fixture
def supervisor(db: None) -> Client:
    return signed_in(organization.add_user(username="beata", password=PASSWORD, role=Role.SUPERVISOR))


@pytest.fixture
def administrator(db: None) -> Client:
    return signed_in(organization.add_user(username="adam", password=PASSWORD, role=Role.ADMINISTRATOR))


@pytest.fixture
def outsider(db: None) -> Client:
    celina = User.objects.create(username="celina")
    celina.set_password(PASSWORD)
    celina.save()
    return signed_in(celina)


@pytest.fixture
def connection(db: None) -> Connection:
    return connected()


@pytest.fixture
def cloud(local_azure: LocalAzure, settings: Settings, db: None) -> Iterator[LocalAzure]:
    url = local_azure.url
    settings.CLOUD = Cloud(authority=url, resource_manager=url, graph=url, ca_bundle=local_azure.ca_bundle)
    organization.set_up(name="Centrala", tenant_id=UUID(local_azure.tenant_id))
    yield local_azure
    local_azure.control.post("/_local/reset", json={}).raise_for_status()


@pytest.fixture
def organised(db: None) -> None:
    """An organisation with everything that connecting takes."""
    organization.set_up(name="Centrala", tenant_id=TENANT)


@pytest.fixture
def talk(connection: Connection) -> Talk:
    """Makes a conversation with one message: talk("+48600100200", "Dzień dobry", minutes_ago=5)."""

    def make(
        number: str = "+48600100200",
        text: str = "Dzień dobry",
        *,
        minutes_ago: int = 5,
        state: ConversationState = ConversationState.OPEN,
        unread: int = 1,
    ) -> Conversation:
        at = now() - timedelta(minutes=minutes_ago)
        conversation = Conversation.objects.create(
            contact=Contact.objects.get_or_create(number=number)[0],
            number=PhoneNumber.objects.get(),
            workstream=Workstream.objects.get(),
            state=state,
            unread=unread,
            opened_at=at,
            last_message_at=at,
            preview=text,
            **held(state, at),
        )
        say(conversation, text, minutes_ago=minutes_ago)
        return conversation

    return make
