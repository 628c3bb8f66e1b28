"""Reading a request's body without letting its sender fill our memory."""

import asyncio

from starlette.requests import Request

from centrala.entra.refusals import Refusal
from centrala.hooks.refusals import Code

# Event Grid's largest event is 1 MB, and a batch may exceed its preferred 1 MB by one.
LARGEST = 1_572_864  # bytes, 1.5 MB
SECONDS = 30.0  # Event Grid itself gives up then


async def read(request: Request) -> bytes:
    """Raises Refusal: 413 as soon as the body is known to be too large, 408 when it takes too long."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > LARGEST:
        raise Refusal(Code.TOO_LARGE)
    chunks, size = [], 0
    try:
        async with asyncio.timeout(SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > LARGEST:
                    raise Refusal(Code.TOO_LARGE)
                chunks.append(chunk)
    except TimeoutError:
        raise Refusal(Code.TOO_SLOW) from None
    return b"".join(chunks)
