"""Two web and two worker processes on one database: no screen misses a text."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from centrala.postgres import Cluster
from desk_client import DeskClient, desk
from running_demo import Demo, running_demo
from second_pair import SecondPair, second_pair

pytestmark = pytest.mark.long

SOON = {"CENTRALA_STALLED_AFTER": "3"}  # a killed worker's job is found after seconds instead of half a minute
TABS = 8

LISTENERS = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'centrala desk' and datname = current_database()
"""
# Of each conversation the moment at which its text was handled, which is before the commit.
ARRIVED = """
    select conversation.id::text, extract(epoch from event.processed_at)::float
    from conversations_conversation as conversation
    join conversations_contact as contact on contact.id = conversation.contact_id
    join conversations_message as message on message.conversation_id = conversation.id
    join inbox_event as event on convert_from(event.body, 'utf-8')::json->'data'->>'messageId' = message.provider_id
    where contact.number = any(%s) and message.text = %s
"""


@dataclass
class Scene:
    demo: Demo
    pair: SecondPair
    dsn: str = field(repr=False)  # with its password

    @property
    def webs(self) -> tuple[str, str]:
        return self.demo.hub["url"], self.pair.url

    def asked(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()

    def write(self, customers: list[str], words: str) -> None:
        ours = self.demo.acs["phone_numbers"]
        texts = [{"from": who, "to": ours[place % 2], "text": words} for place, who in enumerate(customers)]
        with self.demo.control() as control:
            control.post("/_local/sms", json=texts).raise_for_status()

    def move_the_clock(self, seconds: int) -> None:
        """Event Grid's own retries, without waiting for them."""
        with self.demo.control() as control:
            control.post("/_local/clock", json={"advance_seconds": seconds}).raise_for_status()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with running_demo(tmp_path_factory.mktemp("two"), **SOON) as demo, second_pair(demo, **SOON) as pair:
        yield Scene(demo, pair, Cluster.at(demo.data).dsn())


def customers(many: int, *, series: int) -> list[str]:
    return [f"+1425{series:03d}{place:04d}" for place in range(many)]


async def soon(question: Any, seconds: float = 60.0) -> None:
    """As `until`, while the loop goes on."""
    async with asyncio.timeout(seconds):
        while not question():
            await asyncio.sleep(0.05)


@asynccontextmanager
async def tabs(scene: Scene, many: int) -> AsyncIterator[list[DeskClient]]:
    """Beata's, who is in no queue: nothing but the texts changes anything. Every other one at the other process."""
    async with AsyncExitStack() as stack:
        who = scene.demo.hub["supervisor"]
        made = [await stack.enter_async_context(desk(scene.webs[place % 2], who)) for place in range(many)]
        await soon(lambda: all(tab.told for tab in made))
        yield made


async def test_no_tab_misses_a_text_though_everything_breaks(scene: Scene) -> None:
    async with tabs(scene, TABS) as made:
        for series, trouble in enumerate([nothing, cut, lose_second_web, lose_first_web, roll_keys], 700):
            writing = customers(20, series=series)
            async with trouble(scene):
                await asyncio.to_thread(scene.write, writing, "Where is it?")
            arrived = await all_there(scene, writing, "Where is it?")
            await soon(lambda arrived=arrived: all_heard(made, arrived))

    assert min(tab.opened for tab in made) == 2  # each process was killed once


async def all_there(scene: Scene, writing: list[str], words: str) -> dict[str, float]:
    found: dict[str, float] = {}

    def asked() -> bool:
        scene.move_the_clock(30)
        found.update(scene.asked(ARRIVED, writing, words))
        return len(found) == len(writing)

    async with asyncio.timeout(60):
        while not await asyncio.to_thread(asked):
            await asyncio.sleep(0.2)
    return found


def all_heard(made: list[DeskClient], arrived: dict[str, float]) -> bool:
    return all(tab.heard_of(talk, since=at) for tab in made for talk, at in arrived.items())


@asynccontextmanager
async def nothing(scene: Scene) -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def cut(scene: Scene) -> AsyncIterator[None]:
    assert len(scene.asked(LISTENERS)) == 2
    yield


@asynccontextmanager
async def lose_second_web(scene: Scene) -> AsyncIterator[None]:
    scene.pair.kill("web")
    yield
    await asyncio.to_thread(scene.pair.start, "web")


@asynccontextmanager
async def lose_first_web(scene: Scene) -> AsyncIterator[None]:
    """The one that Event Grid knows. Its supervisor starts it again."""
    scene.demo.kill("web")
    yield


@asynccontextmanager
async def roll_keys(scene: Scene) -> AsyncIterator[None]:
    with scene.demo.control() as control:
        control.post("/_local/entra/rotate-keys", json={"drop_old": True}).raise_for_status()
    yield


@pytest.mark.browser
async def test_eight_browser_tabs_show_every_text(scene: Scene, new_page: OpenPage, problems: list[str]) -> None:
    writing = customers(3, series=710)
    made = [page for web in scene.webs for page in await browser_tabs(scene, web, new_page)]
    for trouble in (nothing, cut, lose_second_web, lose_first_web, roll_keys):
        async with trouble(scene):
            await asyncio.to_thread(scene.write, writing, trouble.__name__)
        await all_there(scene, writing, trouble.__name__)

    for page in made:
        for customer in writing:
            row = page.get_by_role("link").filter(has_text=f"{customer[5:8]}-{customer[8:]}")
            await expect(row).to_contain_text("roll_keys", timeout=30_000)
        assert await page.evaluate("window.sameSinceTheBeginning")
    problems.clear()  # what was asked of a process that was killed


async def browser_tabs(scene: Scene, web: str, new_page: OpenPage) -> list[Page]:
    """Half of them, in one browser's profile, so that they share a stream."""
    first, who = await new_page(), scene.demo.hub["supervisor"]
    await first.goto(web)
    await first.locator("[name=username]").fill(who["username"])
    await first.locator("[name=password]").fill(who["password"])
    await first.keyboard.press("Enter")
    await first.wait_for_url("**/desk/**")
    made = [first] + [await first.context.new_page() for _ in range(TABS // 2 - 1)]
    for page in made:
        await page.goto(f"{web}/desk/?show=all")
        await expect(page.locator("#connection")).to_have_attribute("data-state", "live")
        await page.evaluate("window.sameSinceTheBeginning = true")
    return made
