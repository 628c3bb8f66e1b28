"""Whether a web process answers, is the one that was just started, and belongs to this installation; and whether the
hub as a whole can do its work."""

import asyncio
import os
import re
from collections.abc import Iterator
from functools import cache

import asyncpg
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from centrala.inbox.sessions import AWAY
from centrala.organization.proof import proof_of

START, START_HEADER = "CENTRALA_START", "X-Centrala-Start"
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{16,64}")
SECONDS = 2.0  # for one question to the database
APPLIED = "SELECT app, name FROM django_migrations"
ALIVE = "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => $1))"


async def healthz(request: Request) -> Response:
    """Of this process alone: a new one in its place would do no good as long as it answers."""
    challenge = request.query_params.get("challenge", "")
    text = proof_of(challenge) if CHALLENGE.fullmatch(challenge) else "ok"
    return PlainTextResponse(text, headers={START_HEADER: os.environ.get(START, "")})


async def readyz(request: Request) -> Response:
    """What is missing, a line each; anybody may ask, so nothing more is said."""
    missing = await _missing(request.app.state.pool)
    status, text = (503, missing) if missing else (200, ["ready"])
    return PlainTextResponse("".join(f"{line}\n" for line in text), status, {"Cache-Control": "no-store"})


async def _missing(pool: "asyncpg.Pool[asyncpg.Record]") -> list[str]:
    try:
        async with pool.acquire(timeout=SECONDS) as session:
            needed = await asyncio.to_thread(_needed)
            applied = {(row["app"], row["name"]) for row in await session.fetch(APPLIED, timeout=SECONDS)}
            if not needed <= applied:
                return ["the database is not of this version: centrala migrate"]
            alive = await session.fetchval(ALIVE, settings.STALLED_AFTER_SECONDS, timeout=SECONDS)
    except asyncpg.UndefinedTableError:
        return ["the database is empty: centrala migrate"]
    except (*AWAY, asyncpg.InterfaceError, asyncpg.PostgresError):
        return ["the database does not answer"]
    return [] if alive else [f"no worker has been heard of for {settings.STALLED_AFTER_SECONDS:g} s"]


@cache
def _needed() -> frozenset[tuple[str, str]]:
    """Every migration of this version."""
    return frozenset(_of_this_version())


def _of_this_version() -> Iterator[tuple[str, str]]:
    for key, migration in MigrationLoader(None).disk_migrations.items():
        if not migration.replaces:
            yield key


routes = [Route("/healthz", healthz), Route("/readyz", readyz)]
