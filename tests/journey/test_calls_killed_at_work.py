"""kill -9 of the web process while a caller is greeted, asked, offered, handed over, or told goodbye: nobody is left in
silence, and the work that was begun goes on."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from centrala.postgres import Cluster
from desk_client import DeskClient, desk
from journey.test_calls_killed import found, hang_up, music, so_far
from journey.test_incoming_calls import calls, told
from journey.test_overflow import office, one_waits, when_many_wait
from journey.voices import hears_agent, speaking
from running_demo import Demo, running_demo, until

pytestmark = pytest.mark.long

LONG = "We are glad that you call, and we shall be with you as soon as we can. " * 4
OFFERED = """
    select offer.id::text from routing_offer as offer join organization_user as person on person.id = offer.agent_id
    where person.username = %s and offer.outcome = 'pending'
"""
CALL = "select agreed, recorded, ending, conversation_id::text from calls_call where customer = %s"
PERSON = "select id::text from organization_user where username = %s"


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own, whose processes may die."""
    with running_demo(tmp_path_factory.mktemp("fragile")) as running:
        yield running


def asked(demo: Demo, statement: str, value: str) -> tuple[Any, ...]:
    """The one row; () where there is none yet."""
    with psycopg.connect(Cluster.at(demo.data).dsn()) as database:
        return database.execute(statement, [value]).fetchone() or ()


async def soon(question: Any, seconds: float = 90.0) -> Any:
    """As `until`, while the desks' streams go on."""
    return await asyncio.to_thread(until, question, seconds)


def press(demo: Demo, call: str, keys: str) -> None:
    with demo.control() as control:
        control.post(f"/_local/calls/{call}/steps", json={"script": [{"press": keys}]}).raise_for_status()


async def posted(one: DeskClient, path: str, **form: str) -> bool:
    """Whether there was somebody who took it."""
    try:
        return await one.post(path, **form) in {200, 204, 302}
    except httpx.TransportError:
        return False


async def soon_posted(one: DeskClient, path: str, **form: str) -> None:
    async with asyncio.timeout(90):
        while not await posted(one, path, **form):
            await asyncio.sleep(0.5)


def test_caller_who_is_being_greeted_hears_the_hub_again(fragile: Demo) -> None:
    customer = "+14255550171"
    with office(fragile) as admin:
        admin.post(f"{admin.voice()}messages/", {"greeting": LONG})
    call = calls(fragile, customer)
    until(lambda: music(fragile, call) > 5, 60)

    fragile.kill("web")
    killed = so_far(fragile, call)

    until(lambda: music(fragile, call, since=killed + 5) > 20, 90)
    until(lambda: found(fragile, customer) == "open", 90)
    assert told(fragile, call)["state"] == "connected"
    hang_up(fragile, call)
    until(lambda: found(fragile, customer) == "closed", 90)


def test_caller_who_is_being_told_goodbye_is_told_again_and_hung_up(fragile: Demo) -> None:
    customer = "+14255550172"
    with office(fragile) as admin:
        admin.post(f"{admin.voice()}messages/", {"overflow": LONG})
        path = f"{admin.queue('Default voice queue')}overflow/"
        admin.post(path, when_many_wait("end"))
    first = one_waits(fragile, "+14255550173")
    call = calls(fragile, customer)
    until(lambda: music(fragile, call) > 5, 60)
    assert told(fragile, call)["state"] == "connected"

    fragile.kill("web")
    killed = so_far(fragile, call)

    until(lambda: told(fragile, call)["state"] == "ended", 90)
    until(lambda: found(fragile, customer) == "closed", 90)
    assert music(fragile, call, since=killed) > 30  # from its beginning
    hang_up(fragile, first)
    with office(fragile) as admin:
        path = f"{admin.queue('Default voice queue')}overflow/"
        admin.post(path, {"too_many-place": "1", "long_wait-place": "1"})
    until(lambda: found(fragile, "+14255550173") == "closed", 90)


def test_caller_who_is_asked_whether_the_call_may_be_recorded_is_asked_again(fragile: Demo) -> None:
    customer = "+14255550174"
    with office(fragile) as admin:
        page = admin.form(admin.voice())
        admin.post(admin.voice(), page | {"recording": "automatic", "consent": "key"})
    call = calls(fragile, customer)
    until(lambda: asked(fragile, CALL, customer)[:2] == ("asked", "no") and music(fragile, call) > 5, 60)

    fragile.kill("web")
    killed = so_far(fragile, call)

    until(lambda: music(fragile, call, since=killed + 5) > 20, 90)
    assert asked(fragile, CALL, customer)[:2] == ("asked", "no")  # nothing is kept before the answer

    def agrees() -> bool:
        press(fragile, call, "1")
        return asked(fragile, CALL, customer)[:2] == ("given", "yes")

    until(agrees, 60)
    hang_up(fragile, call)
    until(lambda: found(fragile, customer) == "closed", 90)
    with office(fragile) as admin:
        admin.post(admin.voice(), admin.form(admin.voice()) | {"recording": "never", "consent": "none"})


async def test_call_that_rings_at_a_desk_is_still_to_be_had_there(fragile: Demo) -> None:
    customer = "+14255550175"
    async with desk(fragile.hub["url"], fragile.hub["agent"]) as ala:
        call = calls(fragile, customer)
        await soon(lambda: asked(fragile, OFFERED, "ala"))

        fragile.kill("web")
        killed = so_far(fragile, call)

        await soon(lambda: music(fragile, call, since=killed + 5) > 10)
        await accepts(fragile, ala)
        talk = asked(fragile, CALL, customer)[3]
        async with speaking(fragile, ala, talk):
            await soon(lambda: hears_agent(fragile, call))
        hang_up(fragile, call)
        await soon(lambda: found(fragile, customer) == "wrap_up")
        await soon_posted(ala, f"/desk/{talk}/close")
    assert found(fragile, customer) == "closed"


async def accepts(demo: Demo, one: DeskClient, name: str = "ala") -> None:
    """The offer that stands, or the next: the one that rang may have run out meanwhile."""
    async with asyncio.timeout(90):
        while True:
            offer = await asyncio.to_thread(asked, demo, OFFERED, name)
            if offer and await posted(one, f"/desk/offers/{offer[0]}/accept"):
                return
            await asyncio.sleep(0.3)


async def test_call_that_is_handed_over_is_the_colleagues(fragile: Demo) -> None:
    customer = "+14255550176"
    async with desk(fragile.hub["url"], fragile.hub["agent"]) as ala:
        call = calls(fragile, customer)
        await accepts(fragile, ala)
        talk = asked(fragile, CALL, customer)[3]
        async with speaking(fragile, ala, talk):
            await soon(lambda: hears_agent(fragile, call))
        async with desk(fragile.hub["url"], fragile.hub["supervisor"]) as beata:
            await soon(lambda: bool(beata.told))
            await soon_posted(ala, f"/desk/{talk}/transfer", to=f"person-{asked(fragile, PERSON, 'beata')[0]}")

            fragile.kill("web")
            killed = so_far(fragile, call)

            await soon(lambda: music(fragile, call, since=killed + 5) > 10)
            async with speaking(fragile, beata, talk):
                await soon(lambda: hears_agent(fragile, call))
                await soon_posted(beata, f"/desk/{talk}/end")
            await soon(lambda: told(fragile, call)["state"] == "ended")
            await soon_posted(beata, f"/desk/{talk}/close")
    assert (found(fragile, customer), asked(fragile, CALL, customer)[2]) == ("closed", "agent")


async def test_call_that_its_agent_has_ended_is_hung_up_and_wrapped_up(fragile: Demo) -> None:
    customer = "+14255550177"
    with office(fragile) as admin:
        admin.post(f"{admin.voice()}messages/", {"ended": LONG})
    async with desk(fragile.hub["url"], fragile.hub["agent"]) as ala:
        call = calls(fragile, customer)
        await accepts(fragile, ala)
        talk = asked(fragile, CALL, customer)[3]
        async with speaking(fragile, ala, talk):
            await soon(lambda: hears_agent(fragile, call))
            await soon_posted(ala, f"/desk/{talk}/end")
        assert (found(fragile, customer), told(fragile, call)["state"]) == ("wrap_up", "connected")

        fragile.kill("web")
        killed = so_far(fragile, call)

        await soon(lambda: told(fragile, call)["state"] == "ended")
        assert music(fragile, call, since=killed) > 30  # the whole goodbye
        await soon(lambda: asked(fragile, CALL, customer)[2] == "agent")
        await soon(lambda: found(fragile, customer) == "wrap_up")
        await soon_posted(ala, f"/desk/{talk}/close")
    assert found(fragile, customer) == "closed"
