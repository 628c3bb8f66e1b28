"""The local cloud's resource, connected, with a domain of its own for border controllers."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from centrala.azure.cloud import Cloud
from centrala.connection.models import Connection
from centrala.numbers.actions import sync
from centrala.numbers.models import Carrier
from centrala.organization import actions as organization
from centrala.organization.models import Role, User
from hub import connected
from localazure.pytest_plugin import LocalAzure


@pytest.fixture
def connection(local_azure: LocalAzure, settings: Settings, db: None) -> Iterator[Connection]:
    url = local_azure.url
    settings.CLOUD = Cloud(authority=url, resource_manager=url, graph=url, ca_bundle=local_azure.ca_bundle)
    made = connected(local_azure.acs.connection_string, number=local_azure.acs.phone_numbers[0])
    sync(connection=made)
    local_azure.control.post("/_local/sip/domains", json={"domain": "contoso.example"}).raise_for_status()
    yield made
    local_azure.control.post("/_local/reset", json={}).raise_for_status()


@pytest.fixture
def adam(db: None) -> User:
    return organization.add_user(username="adam", password="parasol i kot", role=Role.ADMINISTRATOR)


@pytest.fixture
def carrier(db: None) -> Carrier:
    return Carrier.objects.create(name="Contoso Telecom")
