"""A webhook in a process of its own, as an application on Azure would write it: `python -m bench.receiver`.

Reads its settings from stdin (JSON) and writes to stdout: first its address, then the id of every event that it has
accepted. Where the settings name a table, the event is then committed to it.
"""

import asyncio
import contextlib
import hashlib
import ssl
import sys
import time
from pathlib import Path

import httpx
import jwt
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bench.table import Rows


class Settings(msgspec.Struct, frozen=True):
    """`table` and `sample` are files or empty: where rows go, and where the first notification's request is kept."""

    certificate: str
    key: str
    authority: str
    ca_bundle: str
    tenant_id: str
    client_id: str
    sender: str  # Event Grid's own application id
    table: str = ""
    sample: str = ""


class Sample(msgspec.Struct, frozen=True):
    """A request as it came, for whoever wants to send the same."""

    target: str
    headers: dict[str, str]
    body: str


class Tokens:
    """Each token is checked in full once and then remembered until it expires."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._good: dict[bytes, float] = {}
        self._keys: dict[str, jwt.PyJWK] = {}

    def accept(self, header: str) -> bool:
        scheme, _, token = header.partition(" ")
        memory = hashlib.sha256(token.encode()).digest()
        if self._good.get(memory, 0.0) <= time.time():
            try:
                self._good[memory] = self._expiry(token)
            except (jwt.PyJWTError, KeyError):
                return False
        return scheme == "Bearer"

    def _expiry(self, token: str) -> float:
        settings = self._settings
        claims = jwt.decode(token, self._key(token), algorithms=["RS256"], audience=settings.client_id)
        if claims["tid"] != settings.tenant_id or settings.sender not in {claims.get("appid"), claims.get("azp")}:
            raise jwt.InvalidTokenError("not Event Grid's token for this tenant")
        return float(claims["exp"])

    def _key(self, token: str) -> jwt.PyJWK:
        kid = jwt.get_unverified_header(token)["kid"]
        if kid not in self._keys:
            context = ssl.create_default_context(cafile=self._settings.ca_bundle)
            url = f"{self._settings.authority}/{self._settings.tenant_id}/discovery/v2.0/keys"
            found = httpx.get(url, verify=context, trust_env=False).raise_for_status().json()
            self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(found).keys if key.key_id}
        return self._keys[kid]


class Webhook:
    def __init__(self, settings: Settings, rows: Rows | None) -> None:
        self._sample = Path(settings.sample) if settings.sample else None
        self._tokens = Tokens(settings)
        self._rows = rows

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        if not self._tokens.accept(request.headers.get("authorization", "")):
            return Response(status_code=401)
        events = msgspec.json.decode(body)
        if request.headers["aeg-event-type"] == "SubscriptionValidation":
            return JSONResponse({"validationResponse": events[0]["data"]["validationCode"]})
        self._keep(request, body)
        if self._rows:
            await self._rows.add([(event["id"], event["eventType"], body.decode()) for event in events])
        for event in events:
            print(event["id"], flush=True)
        return Response(status_code=200)

    def _keep(self, request: Request, body: bytes) -> None:
        """The first notification only."""
        if self._sample:
            sample = Sample(f"{request.url.path}?{request.url.query}", dict(request.headers), body.decode())
            self._sample.write_bytes(msgspec.json.encode(sample))
            self._sample = None


async def main() -> None:
    settings = msgspec.json.decode(sys.stdin.buffer.readline(), type=Settings)
    async with contextlib.AsyncExitStack() as stack:
        rows = await stack.enter_async_context(Rows(Path(settings.table))) if settings.table else None
        webhook = Webhook(settings, rows)
        app = Starlette(routes=[Route("/hook", webhook.receive, methods=["POST"])])
        config = uvicorn.Config(
            app,
            port=0,
            ssl_certfile=settings.certificate,
            ssl_keyfile=settings.key,
            log_config=None,
            access_log=False,
            lifespan="off",
        )
        sock = config.bind_socket()
        print(f"https://localhost:{sock.getsockname()[1]}/hook?k=bench", flush=True)
        await uvicorn.Server(config).serve(sockets=[sock])


if __name__ == "__main__":
    asyncio.run(main())
