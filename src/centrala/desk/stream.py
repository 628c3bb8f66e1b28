"""`GET /desk/stream`: server-sent events for the desk. `hello` opens a new stream, `changed` carries ids of
conversations, `here` who looks at one or writes in it, `resync` means fetch everything; a comment every few seconds
keeps proxies awake. Whoever keeps one open is on duty, see `routing.actions.seen`."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
from django.db import Error as DatabaseError
from django.db import connection as database
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from centrala.desk.broadcast import Broadcast
from centrala.organization.models import User
from centrala.organization.sessions import Person, signed_in
from centrala.routing.actions import seen

PULSE_SECONDS = 15.0
log = logging.getLogger(__name__)
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True)
class Live:
    """What the stream needs; made when the server starts."""

    pool: asyncpg.Pool
    broadcast: Broadcast


async def stream(request: Request) -> Response:
    live: Live = request.app.state.live
    cookies = request.headers.get("cookie", "")
    try:
        person = await signed_in(live.pool, cookies)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return PlainTextResponse("The database is away.", 503, {"Retry-After": "1"})
    if person is None:
        return PlainTextResponse("Sign in first.", 401)
    last_id = request.headers.get("last-event-id") or request.query_params.get("last", "")
    await _on_duty(person)
    return StreamingResponse(_events(live, cookies, last_id), headers=HEADERS, media_type="text/event-stream")


async def _events(live: Live, cookies: str, last_id: str) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    asked = time.monotonic()
    async for notice in live.broadcast.notices(last_id, pulse=PULSE_SECONDS):
        if time.monotonic() - asked >= PULSE_SECONDS:  # however much there is to tell
            if not await _still(live, cookies):
                return
            asked = time.monotonic()
        yield notice.encode() if notice is not None else b": \n\n"


async def _still(live: Live, cookies: str) -> bool:
    """Whether the session is still good: a person who is disabled or signed out loses the stream, too."""
    try:
        person = await signed_in(live.pool, cookies)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return True
    if person is not None:
        await _on_duty(person)
    return person is not None


async def _on_duty(person: Person) -> None:
    """A stream lives on without its database; the next pulse tells what this one could not."""
    try:
        await asyncio.to_thread(_seen, person)
    except DatabaseError as error:
        log.warning("It could not be noted who is at the desk (%s).", type(error).__name__)


def _seen(person: Person) -> None:
    try:
        seen(user=User(pk=person.id))
    finally:
        database.close()  # a thread of the pool keeps none


routes = [Route("/desk/stream", stream, methods=["GET"])]
