"""What the webhooks work with, made when the app starts and let go when it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from centrala.azure.cloud import Cloud
from centrala.entra.fetch import client, fetching
from centrala.entra.keys import Clock, TenantKeys
from centrala.hooks.endpoints import Endpoints
from centrala.hooks.tokens import Tokens
from centrala.inbox.writer import Writer


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """What the routes work with. Stands in `app.state.hooks` while the app runs."""

    endpoints: Endpoints
    tokens: Tokens
    writer: Writer
    clock: Clock


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def running(*, dsn: str, cloud: Cloud, clock: Clock = now) -> AsyncIterator[Hooks]:
    """For the app's lifespan. Nothing is connected before the first request, so it starts without a database."""
    tenants: dict[str, TenantKeys] = {}
    writer = Writer(dsn)
    async with client(cloud) as http, Endpoints(dsn, clock=clock) as endpoints:
        fetch = fetching(http)

        def keys(tenant_id: str) -> TenantKeys:
            if tenant_id not in tenants:
                tenants[tenant_id] = TenantKeys(
                    authority=cloud.authority, tenant_id=tenant_id, fetch=fetch, clock=clock
                )
            return tenants[tenant_id]

        tokens = Tokens(application_id=cloud.event_grid_app_id, keys=keys, clock=clock)
        await writer.start()
        try:
            yield Hooks(endpoints=endpoints, tokens=tokens, writer=writer, clock=clock)
        finally:
            await writer.stop()
