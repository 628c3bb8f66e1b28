"""An agent and a colleague talk alone, and somebody speaks to the agent: who hears whom, and who is told of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ssl import create_default_context
from typing import Any

import pytest
import websockets.asyncio.client

from desk_client import DeskClient, desk
from journey.test_calls_killed_at_work import CALL, PERSON, accepts, asked, fragile, soon, soon_posted
from journey.test_incoming_calls import calls
from journey.voices import FRAME, address, hears_agent, speaking
from running_demo import Demo

pytestmark = pytest.mark.long
__all__ = ["fragile"]
ASKED = "select asked.id from calls_consultation as asked join calls_call as call on call.id = asked.call_id "
ASKED += "where call.customer = %s and asked.state = 'asked'"


class Heard:
    """What a browser hears, and is told of the company."""

    def __init__(self) -> None:
        self.frames = 0  # of what the agent says
        self.company: list[list[dict[str, str]]] = []

    def take(self, said: bytes | str) -> None:
        if isinstance(said, bytes):
            self.frames += said == FRAME
        elif (told := json.loads(said))["kind"] == "company":
            self.company.append(told["people"])


@asynccontextmanager
async def hearing(demo: Demo, one: DeskClient, talk: str, path: str) -> AsyncIterator[Heard]:
    """As the browser of somebody who says nothing."""
    trusted, heard = create_default_context(cafile=demo.azure["ca_bundle"]), Heard()
    task = asyncio.create_task(_take(await address(one, talk, path), trusted, heard))
    try:
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _take(url: str, trusted: Any, heard: Heard) -> None:
    ssl = {"ssl": trusted} if url.startswith("wss") else {}
    async with websockets.asyncio.client.connect(url, proxy=None, **ssl) as socket:
        async for said in socket:
            heard.take(said)


async def test_colleague_knows_who_hears_the_two_and_who_listens_unnoticed_does_not(fragile: Demo) -> None:
    customer, who = "+14255550187", fragile.hub
    async with desk(who["url"], who["agent"]) as ala, desk(who["url"], who["admin"]) as adam:
        call = calls(fragile, customer)
        await accepts(fragile, ala)
        talk = asked(fragile, CALL, customer)[3]
        async with speaking(fragile, ala, talk), desk(who["url"], who["supervisor"]) as beata:
            await soon(lambda: hears_agent(fragile, call))
            await soon(lambda: bool(beata.told))
            await soon_posted(ala, f"/desk/{talk}/consult", colleague=asked(fragile, PERSON, "beata")[0])
            await soon_posted(beata, f"/desk/consultations/{asked(fragile, ASKED, customer)[0]}/accept")
            async with hearing(fragile, beata, talk, "consulted") as colleague:
                await soon(lambda: colleague.frames > 50)
                await soon(lambda: not hears_agent(fragile, call))
                async with hearing(fragile, adam, talk, "hear/listening") as unnoticed:
                    before = colleague.frames
                    await soon(lambda: colleague.frames > before + 50)
                async with hearing(fragile, adam, talk, "hear/coaching") as adviser:
                    await soon(lambda: adviser.frames > 50)
                await soon(lambda: len(colleague.company) == 2)
        assert (unnoticed.frames, unnoticed.company) == (0, [])
        assert colleague.company == [[{"name": "Adam", "role": "overhears"}], []]
        await soon_posted(ala, f"/desk/{talk}/end")
        await soon_posted(ala, f"/desk/{talk}/close")
