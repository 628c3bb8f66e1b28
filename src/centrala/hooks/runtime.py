"""What the webhooks work with, made when the app starts and let go when it ends."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg

from centrala.azure.cloud import Cloud
from centrala.entra.fetch import client, fetching
from centrala.entra.keys import Clock, keys_of
from centrala.hooks.body import Room
from centrala.hooks.endpoints import Endpoints
from centrala.hooks.seldom import Seldom
from centrala.hooks.sightings import Sightings
from centrala.hooks.tokens import Tokens
from centrala.inbox.writer import Writer

SECONDS = 5.0
GOODBYE_SECONDS = 1.0
SETTINGS = {"application_name": "centrala hooks"}  # as pg_stat_activity shows it


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """What the routes work with. Stands in `app.state.hooks` while the app runs."""

    endpoints: Endpoints
    tokens: Tokens
    sightings: Sightings
    writer: Writer
    room: Room
    clock: Clock
    seldom: Seldom = field(default_factory=Seldom)


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def running(*, dsn: str, cloud: Cloud, clock: Clock = now) -> AsyncIterator[Hooks]:
    """For the app's lifespan. Nothing is connected before the first request, so it starts without a database."""
    writer = Writer(dsn)
    async with client(cloud) as http, _pool(dsn) as pool:
        endpoints, sightings = Endpoints(pool, clock=clock), Sightings(pool)
        keys = keys_of(authority=cloud.authority, fetch=fetching(http), clock=clock)
        tokens = Tokens(application_id=cloud.event_grid_app_id, keys=keys, clock=clock)
        await writer.start()
        await sightings.start()
        try:
            yield Hooks(
                endpoints=endpoints, tokens=tokens, sightings=sightings, writer=writer, room=Room(), clock=clock
            )
        finally:
            await sightings.stop()
            await writer.stop()


@asynccontextmanager
async def _pool(dsn: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    pool = asyncpg.create_pool(
        dsn, min_size=0, max_size=4, timeout=SECONDS, command_timeout=SECONDS, server_settings=SETTINGS
    )
    await pool.__aenter__()
    try:
        yield pool
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(pool.close(), GOODBYE_SECONDS)  # terminates what does not close
