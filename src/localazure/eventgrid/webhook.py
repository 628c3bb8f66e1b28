"""One POST to a webhook, as Event Grid makes it."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from localazure.clock import Clock

ANSWER_SECONDS = 30
IDLE_SECONDS = 2  # well below the 5 of common servers: one must not hang up just as the next event leaves


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`status` is None where no HTTP answer came; `failure` is then Event Grid's word for why."""

    status: int | None
    body: bytes = b""
    failure: str = ""


class Webhooks:
    """Trusts what the context trusts. Connections are many: one endpoint that hangs must not hold up another's."""

    def __init__(self, context: ssl.SSLContext, clock: Clock) -> None:
        self._clock = clock
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=IDLE_SECONDS)
        self._client = httpx.AsyncClient(verify=context, timeout=None, limits=limits, trust_env=False)  # noqa: S113
        for name in ("accept", "user-agent"):  # Event Grid sends neither
            del self._client.headers[name]

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        """Waits at most 30 seconds of the local cloud's clock."""
        request = asyncio.create_task(self._post(url, headers, content))
        limit = asyncio.create_task(self._clock.sleep(ANSWER_SECONDS))
        try:
            await asyncio.wait({request, limit}, return_when=asyncio.FIRST_COMPLETED)
            return request.result() if request.done() else Answer(status=None, failure="TimedOut")
        finally:
            request.cancel()
            limit.cancel()
            await asyncio.gather(request, limit, return_exceptions=True)

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        try:
            response = await self._client.post(url, headers=dict(headers), content=content)
        except (httpx.RequestError, httpx.InvalidURL) as error:
            return Answer(status=None, failure=_failure(error))
        return Answer(status=response.status_code, body=response.content)


def _failure(error: Exception) -> str:
    unresolved = "Name or service not known" in str(error) or "No address" in str(error)
    return "ResolutionError" if unresolved else "SocketError"
