"""An agent who speaks in a call without a browser: what its microphone says is a tone."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ssl import create_default_context
from typing import Any

import httpx
import websockets.asyncio.client
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from desk_client import DeskClient
from journey.test_incoming_calls import heard
from running_demo import Demo

AGENT = 600  # hertz of what the agent says; no note of the music
FRAME = struct.pack("<320h", *(int(8000 * math.sin(2 * math.pi * AGENT * at / 16_000)) for at in range(320)))


def hears_agent(demo: Demo, call: str) -> bool:
    return sum(abs((window["hertz"] or 0) - AGENT) < 3 for window in heard(demo, call)[-10:]) >= 5


@asynccontextmanager
async def speaking(demo: Demo, one: DeskClient, talk: str) -> AsyncIterator[None]:
    """As the agent's browser: says a tone, and comes again when its socket is gone."""
    trusted = create_default_context(cafile=demo.azure["ca_bundle"])
    task = asyncio.create_task(_speak(one, talk, trusted))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _speak(one: DeskClient, talk: str, trusted: Any) -> None:
    while True:
        try:
            await say(await address(one, talk), trusted)
        except (httpx.HTTPError, OSError, ConnectionClosed, InvalidHandshake):
            await asyncio.sleep(0.2)


async def address(one: DeskClient, talk: str, path: str = "talk") -> str:
    headers = {"X-CSRFToken": one.http.cookies["csrftoken"]}
    answer = await one.http.post(f"/desk/{talk}/{path}", headers=headers)
    address = answer.raise_for_status().json().get("address")
    if address is None:
        raise OSError("Not yet.")
    return str(address)


async def say(address: str, trusted: Any) -> None:
    ssl = {"ssl": trusted} if address.startswith("wss") else {}
    async with websockets.asyncio.client.connect(address, proxy=None, **ssl) as socket:
        hearing = asyncio.create_task(_hear(socket))
        due = asyncio.get_running_loop().time()
        try:
            while True:
                await socket.send(FRAME)
                due += 0.02
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        finally:
            hearing.cancel()


async def _hear(socket: websockets.asyncio.client.ClientConnection) -> None:
    async for _said in socket:
        pass
