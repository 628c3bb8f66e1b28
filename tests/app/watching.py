"""Asking the paths that machines watch, without a server."""

import asyncio

import asyncpg
import httpx
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from centrala import health, metrics
from centrala.database import dsn


def ask(path: str, *headers: tuple[str, str], address: str = "") -> httpx.Response:
    async def asked() -> httpx.Response:
        app = Starlette(routes=[*health.routes, *metrics.routes])
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
        async with (
            asyncpg.create_pool(address or dsn(), min_size=0, max_size=2) as app.state.pool,
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client,
        ):
            return await client.get(path, headers=raw)

    return asyncio.run(asked())


def measured(answer: httpx.Response) -> dict[str, float]:
    """Each sample by its name and the values of its labels."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
