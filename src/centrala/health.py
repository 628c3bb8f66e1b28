"""Whether a web process answers, and whether it is the one that was just started."""

import os

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

START, START_HEADER = "CENTRALA_START", "X-Centrala-Start"


async def healthz(_request: Request) -> Response:
    return PlainTextResponse("ok", headers={START_HEADER: os.environ.get(START, "")})


routes = [Route("/healthz", healthz)]
