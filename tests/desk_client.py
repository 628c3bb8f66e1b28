"""Somebody's desk without a browser: signed in at one web process, its event stream open and resumed as one does."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PAUSE = 0.1  # before the stream is opened again; a browser's is a second


@dataclass
class DeskClient:
    """`told` has what the stream said, in order: the ids of changed conversations, or None for "fetch everything"."""

    url: str
    http: httpx.AsyncClient
    told: list[tuple[float, frozenset[str] | None]] = field(default_factory=list)
    opened: int = 0
    last_id: str = ""

    async def sign_in(self, username: str, password: str) -> None:
        page = await self.http.get("/")
        token = TOKEN.search(page.text)
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "username": username, "password": password}
        answer = await self.http.post(page.url, data=form)
        assert answer.url.path.startswith(("/desk", "/center")), answer.url

    async def post(self, path: str, **form: str) -> int:
        headers = {"X-CSRFToken": self.http.cookies["csrftoken"], "HX-Request": "true"}
        return (await self.http.post(path, data=form, headers=headers, follow_redirects=False)).status_code

    async def listen(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(httpx.TransportError):
                await self._stream()
            await asyncio.sleep(PAUSE)

    async def _stream(self) -> None:
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        async with self.http.stream("GET", "/desk/stream", headers=headers, timeout=20) as response:
            if response.status_code != 200:
                return
            self.opened += 1
            async for event, data in self._events(response):
                changed = frozenset(json.loads(data)["conversations"]) if event == "changed" else None
                self.told.append((time.time(), changed))

    async def _events(self, response: httpx.Response) -> AsyncIterator[tuple[str, str]]:
        fields: dict[str, str] = {}
        async for line in response.aiter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            self.last_id = fields.get("id", self.last_id)
            if "event" in fields:
                yield fields["event"], fields["data"]
            fields = {}

    def heard_of(self, conversation: str, *, since: float) -> bool:
        """At that moment or later."""
        return any(at >= since and (ids is None or conversation in ids) for at, ids in reversed(self.told))


@asynccontextmanager
async def desk(url: str, who: dict[str, str]) -> AsyncIterator[DeskClient]:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30, follow_redirects=True) as http:
        client = DeskClient(url, http)
        await client.sign_in(who["username"], who["password"])
        listening = asyncio.create_task(client.listen())
        try:
            yield client
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
