from collections.abc import AsyncIterator, Iterator

import asyncpg
import httpx
import pytest
from django.db import connection as database
from starlette.applications import Starlette

from centrala.azure.cloud import Cloud
from centrala.connection.models import Connection, Endpoint, Entry, EntryKey, Service
from centrala.hooks.routes import routes
from centrala.hooks.runtime import Hooks, running
from hooks.scene import CLIENT, TENANT, Clock, Entra, dsn_of, entra_running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Entra, str]]:
    with entra_running(tmp_path_factory.mktemp("entra")) as running_provider:
        yield running_provider


@pytest.fixture
def entra(provider: tuple[Entra, str], clock: Clock) -> Entra:
    provider[0].reset(clock)
    return provider[0]


@pytest.fixture
def cloud(entra: Entra, provider: tuple[Entra, str]) -> Cloud:
    return Cloud(authority=entra.authority, ca_bundle=provider[1])


@pytest.fixture
def connection(transactional_db: None, clock: Clock) -> Connection:
    return make_connection(clock)


def make_connection(clock: Clock) -> Connection:
    connection = Connection.objects.create(
        resource_name="acs", resource_id="/r", encrypted_connection_string="", connected_at=clock()
    )
    Entry.objects.create(connection=connection, key=EntryKey.APP_ID, value=CLIENT.upper())
    Entry.objects.create(connection=connection, key=EntryKey.TENANT_ID, value=TENANT)
    for service in Service:
        Endpoint.objects.create(connection=connection, service=service)
    return connection


@pytest.fixture
def paths(connection: Connection) -> dict[Service, str]:
    return {
        Service(endpoint.service): f"/hooks/{endpoint.secret}/{endpoint.service.replace('_', '-')}"
        for endpoint in connection.endpoints.all()
    }


@pytest.fixture
def sms(paths: dict[Service, str]) -> str:
    return paths[Service.SMS]


@pytest.fixture
def dsn(transactional_db: None) -> str:
    return dsn_of(database.settings_dict)


@pytest.fixture
async def hooks(dsn: str, cloud: Cloud, clock: Clock) -> AsyncIterator[Hooks]:
    async with running(dsn=dsn, cloud=cloud, clock=clock) as made:
        yield made


@pytest.fixture
async def hub(hooks: Hooks) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=routes())
    app.state.hooks = hooks
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
        yield client


@pytest.fixture
async def sql(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A session of the test's own."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()
