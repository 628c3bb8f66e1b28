"""More than the database takes: told to come again, and nothing that was accepted is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from centrala.hooks.body import Room
from centrala.hooks.routes import routes
from centrala.hooks.runtime import Hooks
from centrala.inbox.writer import Writer
from hooks.scene import Clock, Entra, event


@pytest.fixture
async def narrow(hooks: Hooks, dsn: str, entra: Entra) -> AsyncIterator[httpx.AsyncClient]:
    """A hub in which three events may wait, and bodies of 4,000 bytes together."""
    writer = Writer(dsn, most=3)
    await writer.start()
    app = Starlette(routes=routes())
    app.state.hooks = replace(hooks, writer=writer, room=Room(4_000))
    genuine = {"Authorization": f"Bearer {entra.token()}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub", headers=genuine) as client:
        yield client
    await writer.stop()


async def kept(sql: asyncpg.Connection) -> set[str]:
    return {record["event_id"] for record in await sql.fetch("select event_id from inbox_event")}


async def test_while_the_database_is_held_up_no_more_is_taken_than_may_wait(
    narrow: httpx.AsyncClient, sms: str, sql: asyncpg.Connection
) -> None:
    async with sql.transaction():
        await sql.execute("lock table inbox_event in exclusive mode")
        posts = {name: asyncio.create_task(narrow.post(sms, json=[event(name)])) for name in "abcdefg"}
        while sum(post.done() for post in posts.values()) < 4:
            await asyncio.wait(
                [post for post in posts.values() if not post.done()], return_when=asyncio.FIRST_COMPLETED
            )
        refused = {name: post.result() for name, post in posts.items() if post.done()}

    answers = {name: await post for name, post in posts.items()}
    accepted = {name for name, answer in answers.items() if answer.status_code == 200}
    assert len(accepted) == 3
    assert {(one.status_code, one.text, one.headers["Retry-After"]) for one in refused.values()} == {
        (503, "inbox_full\n", "30")
    }
    assert await kept(sql) == accepted

    again = [await narrow.post(sms, json=[event(name)]) for name in refused]

    assert {answer.status_code for answer in again} == {200}
    assert await kept(sql) == set("abcdefg")


async def test_flood_of_refusals_says_so_once_a_second(
    narrow: httpx.AsyncClient, sms: str, caplog: pytest.LogCaptureFixture, clock: Clock
) -> None:
    many = [event(name) for name in "abcd"]  # more than may wait at all

    for _ in range(5):
        await narrow.post(sms, json=many)
    clock.advance(seconds=1)
    await narrow.post(sms, json=many)

    assert [record.message.split(":")[0] for record in caplog.records] == ["refused inbox_full"] * 2


async def test_bodies_are_not_read_beyond_their_room(
    narrow: httpx.AsyncClient, sms: str, sql: asyncpg.Connection
) -> None:
    large = await narrow.post(sms, json=[event("large", subject="x" * 4_000)])
    small = await narrow.post(sms, json=[event("small")])

    assert (large.status_code, large.text, small.status_code) == (503, "inbox_full\n", 200)
    assert await kept(sql) == {"small"}


async def test_event_that_is_not_known_to_be_kept_comes_again(
    hooks: Hooks, dsn: str, entra: Entra, sms: str, sql: asyncpg.Connection
) -> None:
    app = Starlette(routes=routes())
    app.state.hooks = replace(hooks, writer=Writer(dsn))  # which was never started
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
        answer = await client.post(sms, json=[event()], headers={"Authorization": f"Bearer {entra.token()}"})

    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (503, "inbox_unavailable\n", "30")
    assert await kept(sql) == set()
