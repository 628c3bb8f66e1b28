"""The webhooks behind a real server: sizes, sockets, and a database that goes away."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import httpx
import psycopg
import pytest
from django.db import connection as database
from starlette.applications import Starlette

from centrala.azure.cloud import Cloud
from centrala.connection.models import Connection, Endpoint, Entry, EntryKey, Service, Sighting
from centrala.hooks.body import LARGEST
from centrala.hooks.routes import routes
from centrala.hooks.runtime import running
from centrala.inbox.models import Event
from centrala.postgres import Cluster
from hooks.scene import CLIENT, TENANT, Clock, Entra, event, serving


@contextmanager
def hub_running(dsn: str, cloud: Cloud, clock: Clock) -> Iterator[httpx.Client]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running(dsn=dsn, cloud=cloud, clock=clock) as hooks:
            app.state.hooks = hooks
            yield

    with (
        serving(Starlette(routes=routes(), lifespan=lifespan), lifespan="on") as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=20, verify=False) as client,
    ):
        yield client


@pytest.fixture
def live(dsn: str, cloud: Cloud, clock: Clock) -> Iterator[httpx.Client]:
    with hub_running(dsn, cloud, clock) as client:
        yield client


def bearer(entra: Entra) -> dict[str, str]:
    return {"Authorization": f"Bearer {entra.token()}"}


def test_sizes_are_bounded(entra: Entra, live: httpx.Client, sms: str) -> None:
    whole = b"[" + b" " * (LARGEST - 2) + b"]"
    announced = live.post(sms, content=whole + b" ", headers=bearer(entra))
    chunked = live.post(sms, content=iter([whole, b" "]), headers=bearer(entra))
    largest = live.post(sms, content=whole, headers=bearer(entra))
    forged = live.post(sms, content=whole + b" ", headers={"Authorization": "Bearer a.b.c"})
    token = live.post(sms, content=b"[]", headers={"Authorization": f"Bearer {'a' * 1_000_000}"})
    two = live.post(sms, content=b"[]", headers=[*bearer(entra).items()] * 2)

    assert (announced.status_code, announced.text) == (413, "too_large\n")
    assert (chunked.status_code, chunked.text) == (413, "too_large\n")
    assert largest.status_code == 200
    assert (forged.status_code, forged.text) == (401, "malformed_token\n")
    assert (token.status_code, token.text) == (401, "token_too_long\n")
    assert (two.status_code, two.text) == (401, "several_tokens\n")


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A server of this test's own, to be stopped and started; with the tables that the webhooks read and write."""
    data = Path(tempfile.mkdtemp(prefix="centrala-hooks-"))
    cluster = Cluster.at(data, settings={"fsync": "off"})
    cluster.start()
    cluster.ensure_database()
    yield cluster
    cluster.destroy()
    shutil.rmtree(data, ignore_errors=True)


def make_tables(dsn: str, clock: Clock) -> str:
    """Returns the path of the SMS webhook."""
    with database.schema_editor(collect_sql=True, atomic=False) as editor:
        for model in (Connection, Entry, Endpoint, Sighting, Event):
            editor.create_model(model)
    with psycopg.connect(dsn) as session:
        for statement in editor.collected_sql:
            session.execute(statement)
        connection, endpoint = Connection(), Endpoint()
        session.execute(
            "insert into connection_connection (id, resource_name, resource_id, encrypted_connection_string,"
            " require_role, former_applications, connected_at) values (%s, 'acs', '/r', '', false, '{}', %s)",
            (connection.id, clock()),
        )
        for key, value in ((EntryKey.APP_ID, CLIENT), (EntryKey.TENANT_ID, TENANT)):
            session.execute(
                "insert into connection_entry (key, value, connection_id) values (%s, %s, %s)",
                (key.value, value, connection.id),
            )
        session.execute(
            "insert into connection_endpoint (id, service, secret, connection_id) values (%s, 'sms', %s, %s)",
            (endpoint.id, endpoint.secret, connection.id),
        )
    return f"/hooks/{endpoint.secret}/{Service.SMS}"


@pytest.mark.long
def test_restart_of_postgresql_loses_no_event(
    own_cluster: Cluster, db: None, entra: Entra, cloud: Cloud, clock: Clock
) -> None:
    dsn = own_cluster.dsn()
    sms = make_tables(dsn, clock)
    with hub_running(dsn, cloud, clock) as hub, ThreadPoolExecutor() as threads:
        assert hub.post(sms, json=[event("before")], headers=bearer(entra)).status_code == 200

        own_cluster.stop()
        away = hub.post(sms, json=[event("away")], headers=bearer(entra))
        clock.advance(seconds=3)  # the endpoint is read again too
        during = threads.submit(hub.post, sms, json=[event("during")], headers=bearer(entra))
        own_cluster.start()

        assert (away.status_code, away.text, away.headers["Retry-After"]) == (503, "inbox_unavailable\n", "30")
        assert during.result().status_code == 200
        assert hub.post(sms, json=[event("after")], headers=bearer(entra)).status_code == 200
    with psycopg.connect(dsn) as session:
        kept = session.execute("select event_id from inbox_event order by id").fetchall()
    assert kept == [("before",), ("during",), ("after",)]


async def test_sessions_that_are_killed_cost_no_event(
    entra: Entra, hub: httpx.AsyncClient, sms: str, sql: asyncpg.Connection, clock: Clock
) -> None:
    first = await hub.post(sms, json=[event("a")], headers=bearer(entra))
    killed = await sql.fetch(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where application_name in ('centrala inbox', 'centrala hooks') and datname = current_database()"
    )
    clock.advance(seconds=3)
    second = await hub.post(sms, json=[event("b")], headers=bearer(entra))

    assert (first.status_code, len(killed), second.status_code) == (200, 2, 200)
