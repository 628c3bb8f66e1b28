"""Whether a web process answers, is the one that was just started, and belongs to this installation."""

import os
import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from centrala.organization.proof import proof_of

START, START_HEADER = "CENTRALA_START", "X-Centrala-Start"
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{16,64}")


async def healthz(request: Request) -> Response:
    challenge = request.query_params.get("challenge", "")
    text = proof_of(challenge) if CHALLENGE.fullmatch(challenge) else "ok"
    return PlainTextResponse(text, headers={START_HEADER: os.environ.get(START, "")})


routes = [Route("/healthz", healthz)]
