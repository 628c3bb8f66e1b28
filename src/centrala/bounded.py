"""In front of Django: what a stranger may send. Django itself spools a body of any length to the disk before it asks
who sends it."""

import asyncio
import contextlib

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 1_000_000  # no form or API call comes near
LARGER = {  # a file, and the form around it
    "/center/campaigns/new/": 4_200_000,  # of customers: centrala.sheets
    "/center/phone-numbers/import/": 4_200_000,  # of numbers: the same
    "/center/sounds/upload/": 20_200_000,  # centrala.workstreams.sounding
}
MOST_SECONDS = 30.0
TOO_LARGE = "centrala.too_large"  # in the scope of a request whose body was more than so many bytes, and is not there


class Bounded:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if r"\000" in Headers(scope=scope).get("cookie", ""):  # a quoted NUL, which the database refuses
            await _refuse(400, "bad cookie")(scope, receive, send)
            return
        most = LARGER.get(scope["path"], MOST_BYTES)
        try:
            body = await asyncio.wait_for(_read(receive, most), MOST_SECONDS)
        except TimeoutError:
            await _refuse(408, "too slow")(scope, receive, send)
            return
        if body is None:
            if scope["path"] in LARGER:
                await _let_finish(receive)
            body, scope = b"", {**scope, TOO_LARGE: most}
        await self._app(scope, _replay(body, receive), send)


async def _read(receive: Receive, most: int) -> bytes | None:
    """The whole body; None when it is too long. A sender who goes away in between leaves what had come."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most:
            return None
    return bytes(body)


async def _let_finish(receive: Receive) -> None:
    """A browser that is answered in the middle of a file shows a broken connection in the place of the answer."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(MOST_SECONDS):
            while (await receive()).get("more_body", False):
                pass


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _refuse(status: int, reason: str) -> Response:
    return PlainTextResponse(f"{reason}\n", status, {"Connection": "close"})
