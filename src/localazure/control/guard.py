"""Keeps other sites' pages away: the portal's listener has no password, only loopback."""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from localazure.errors import CROSS_ORIGIN, WRONG_HOST, ServiceError

HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\]|[\w-]+\.communication\.localhost)(:\d+)?", re.IGNORECASE)
READING = {"GET", "HEAD", "OPTIONS"}


class Guard:
    """Refuses foreign host names (a rebound DNS name), and writes and sockets that a page of another origin makes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = _refusal(scope)
        if error and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif error:
            await JSONResponse(error.body, error.status)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _refusal(scope: Scope) -> ServiceError | None:
    headers = Headers(scope=scope)
    if not HOST.fullmatch(headers.get("host", "")):
        return WRONG_HOST.of()
    if scope.get("method") not in READING and _comes_from_elsewhere(headers):
        return CROSS_ORIGIN.of()
    return None


def _comes_from_elsewhere(headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is not None and _place(origin) != headers["host"].lower():
        return True
    return headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
