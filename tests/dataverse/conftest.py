from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.connection.models import Connection
from centrala.dataverse import callers
from centrala.organization.actions import set_up
from centrala.organization.models import Role, User
from dataverse.scene import Reader, filled
from hooks.scene import TENANT, Clock, Entra, entra_running


@pytest.fixture
def connection(db: None) -> Connection:
    return filled()


@pytest.fixture
def adam(db: None) -> User:
    return User.objects.create(username="adam", role=Role.ADMINISTRATOR)


@pytest.fixture
def reader(adam: User) -> Reader:
    client = Client()
    client.force_login(adam)
    return Reader(client, {})


@pytest.fixture
def beata(db: None) -> User:
    return User.objects.create(username="beata", role=Role.SUPERVISOR)


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Entra, str]]:
    with entra_running(tmp_path_factory.mktemp("entra")) as running:
        yield running


@pytest.fixture
def entra(
    provider: tuple[Entra, str], settings: Settings, monkeypatch: pytest.MonkeyPatch, db: None
) -> Iterator[Entra]:
    """The identity provider of the organisation, and a clock that all go by."""
    clock = Clock()
    provider[0].reset(clock)
    monkeypatch.setattr(callers, "now", clock)
    settings.CLOUD = Cloud(authority=provider[0].authority, ca_bundle=provider[1])
    set_up(name="Centrala", tenant_id=UUID(TENANT))
    callers._verifier.cache_clear()
    yield provider[0]
    callers._verifier.cache_clear()
