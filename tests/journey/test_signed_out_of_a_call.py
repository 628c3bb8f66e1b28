"""A page that does not close its sockets as its person signs out: the hub does, at whichever process they are."""

import asyncio
from collections.abc import Iterator
from ssl import create_default_context

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from desk_client import desk
from journey.test_calls_killed_at_work import CALL, accepts, asked, fragile, soon
from journey.test_incoming_calls import calls
from journey.voices import address, hears_agent, say
from running_demo import Demo, free_port
from second_pair import SecondPair, second_pair

pytestmark = pytest.mark.long
__all__ = ["fragile"]
SERIES = ("+14255550181", "+14255550182", "+14255550183", "+14255550184")


@pytest.fixture(scope="module")
def pair(fragile: Demo) -> Iterator[SecondPair]:
    with second_pair(fragile, tls_port=free_port()) as started:
        yield started


async def test_socket_with_an_old_cookie_is_cut_at_either_process(fragile: Demo, pair: SecondPair) -> None:
    """Some of the calls are the first process's and some the second's; the person signs out at the first."""
    trusted = create_default_context(cafile=fragile.azure["ca_bundle"])
    for customer in SERIES:
        async with desk(pair.url, fragile.hub["agent"]) as ala:
            call = calls(fragile, customer)
            await accepts(fragile, ala)
            talk = asked(fragile, CALL, customer)[3]
            ticket, later = await address(ala, talk), await address(ala, talk)
            socket = asyncio.create_task(say(ticket, trusted))
            await soon(lambda call=call: hears_agent(fragile, call))

            assert await ala.post(f"{fragile.hub['url']}/sign-out") in {200, 302}

            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(socket, 30)
            with pytest.raises(InvalidStatus):  # its ticket is good for moments yet
                await say(later, trusted)
            await soon(lambda call=call: not hears_agent(fragile, call))
        async with desk(pair.url, fragile.hub["agent"]) as ala:
            await ala.post(f"/desk/{talk}/end")
            await ala.post(f"/desk/{talk}/close")
