"""Two web and two worker processes on one database: nobody gets too much, nothing leaves twice, screens tell all."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
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
AGENTS = ("ala", "ala2", "ala3", "ala4")
PASSWORD = "parasol i kot"
CAPACITY, UNITS = 100, 30
TEXTS, RACES, TABS = 120, 10, 8
KILL_SECONDS = 6.0  # so each worker lives for twelve: on a busy machine one takes five to start
DEADLINE = 240.0

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
CONVERSATIONS = """
    select conversation.id::text, conversation.state, coalesce(person.username, '')
    from conversations_conversation as conversation
    join conversations_contact as contact on contact.id = conversation.contact_id
    left join organization_user as person on person.id = conversation.agent_id
    where contact.number = any(%s)
"""
OFFERED = """
    select offer.id from routing_offer as offer join organization_user as person on person.id = offer.agent_id
    where person.username = %s and offer.outcome = 'pending'
"""
HELD = """
    select conversation.id::text from conversations_conversation as conversation
    join organization_user as person on person.id = conversation.agent_id
    where person.username = %s and conversation.state = 'active'
"""
LOADS = """
    select sum(units) from (
        select agent_id, %(units)s as units from conversations_conversation where state in ('active', 'wrap_up')
        union all select agent_id, units from routing_offer where outcome = 'pending'
    ) as work group by agent_id
"""
TAKEN = """
    select conversation_id::text from routing_trace as trace
    where step in ('accepted', 'assigned', 'picked', 'reopened', 'same_agent')
"""
OUTBOUND = "select id::text, state from conversations_message where direction = 'outbound'"


@dataclass
class Scene:
    demo: Demo
    pair: SecondPair
    dsn: str = field(repr=False)  # with its password
    database: psycopg.Connection[tuple[Any, ...]]  # asked twenty times a second and more

    @property
    def webs(self) -> tuple[str, str]:
        return self.demo.hub["url"], self.pair.url

    def asked(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self.database.execute(statement, values).fetchall()

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
        dsn = Cluster.at(demo.data).dsn()
        with psycopg.connect(dsn, autocommit=True) as database:
            yield Scene(demo, pair, dsn, database)


def customers(many: int, *, series: int) -> list[str]:
    return [f"+1425{series:03d}{place:04d}" for place in range(many)]


async def soon(question: Any, seconds: float = 60.0) -> None:
    """As `until`, while the loop goes on."""
    async with asyncio.timeout(seconds):
        while not question():
            await asyncio.sleep(0.05)


@asynccontextmanager
async def at_work(scene: Scene) -> AsyncIterator[dict[str, DeskClient]]:
    """Four agents on duty, two at each web process."""
    for name in AGENTS[1:]:
        add_agent(scene.demo, name)
    async with AsyncExitStack() as stack:
        made = {}
        for place, name in enumerate(AGENTS):
            who = {"username": name, "password": PASSWORD} if place else scene.demo.hub["agent"]
            made[name] = await stack.enter_async_context(desk(scene.webs[place % 2], who))
        yield made


def add_agent(demo: Demo, name: str) -> None:
    typed = demo.log.with_name("typed")
    typed.write_text(f"{PASSWORD}\n", "utf-8")
    with typed.open() as stdin:
        done = demo.command("user", name, "--role", "agent", stdin=stdin)
    assert done.returncode == 0, done.stderr


@dataclass
class Watch:
    """Looks at everybody's load again and again."""

    dsn: str = field(repr=False)
    looks: int = 0
    most: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            while not self.over.wait(0.02):
                loads = [int(load) for (load,) in connection.execute(LOADS, {"units": UNITS})]
                self.most = max([self.most, *loads])
                self.looks += 1


@contextmanager
def watching(dsn: str) -> Iterator[Watch]:
    watch = Watch(dsn)
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        yield watch
    finally:
        watch.over.set()
        thread.join()


async def test_agents_get_no_more_than_they_can_and_every_reply_leaves_once(scene: Scene) -> None:
    writing, over = customers(TEXTS, series=720), asyncio.Event()
    slow_sending(scene)
    async with at_work(scene) as desks:
        with watching(scene.dsn) as watch:
            await asyncio.to_thread(scene.write, writing, "Where is it?")
            async with asyncio.TaskGroup() as tasks:
                killing = tasks.create_task(kill_workers(scene, over))
                for name, one in desks.items():
                    tasks.create_task(work(scene, one, name, over))
                await soon(lambda: all_done(scene, writing), DEADLINE)
                over.set()
        await one_of_all_picks_each(scene, desks)

    assert (watch.most, watch.looks > 100, killing.result() > 1) == (CAPACITY // UNITS * UNITS, True, True)
    sent_once(scene, writing)


def slow_sending(scene: Scene) -> None:
    """Each text is sent at once and answered late: a worker that is killed has most likely some under way."""
    with scene.demo.control() as control:
        body = {"operation": "sms.send", "delay_seconds": 0.5, "lasting": True}
        control.post("/_local/faults", json=body).raise_for_status()


async def work(scene: Scene, one: DeskClient, name: str, over: asyncio.Event) -> None:
    """Accepts whatever is offered; who is full, or has all there is, answers and closes what is there."""
    with psycopg.connect(scene.dsn, autocommit=True) as database:
        while not over.is_set():
            offers = database.execute(OFFERED, [name]).fetchall()
            for (offer,) in offers:
                assert await one.post(f"/desk/offers/{offer}/accept") == 302
            if offers:
                continue
            for (talk,) in database.execute(HELD, [name]).fetchall():
                assert await one.post(f"/desk/{talk}/reply", text="On its way.") == 200
                assert await one.post(f"/desk/{talk}/end") == 302
                assert await one.post(f"/desk/{talk}/close") == 302
            await asyncio.sleep(0.02)


async def kill_workers(scene: Scene, over: asyncio.Event) -> int:
    """One after the other, again and again; answers how often."""
    kills = 0
    while not over.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), KILL_SECONDS)
            return kills
        if kills % 2:
            scene.demo.kill("worker")
        else:
            scene.pair.kill("worker")
            scene.pair.start("worker")
        kills += 1
    return kills


def all_done(scene: Scene, writing: list[str]) -> bool:
    states = Counter(state for _talk, state, _agent in scene.asked(CONVERSATIONS, writing))
    sent = Counter(state for _message, state in scene.asked(OUTBOUND))
    return states == {"closed": TEXTS} and sent["sent"] + sent["delivered"] == TEXTS


async def one_of_all_picks_each(scene: Scene, desks: dict[str, DeskClient]) -> None:
    """All of them at the same moment, through both web processes; nobody is offered anything meanwhile."""
    for one in desks.values():
        assert await one.post("/desk/presence", presence="do_not_disturb") == 204
    writing = customers(RACES, series=730)
    await asyncio.to_thread(scene.write, writing, "Where is it?")
    await soon(lambda: len(scene.asked(CONVERSATIONS, writing)) == RACES)
    winners = {}
    for talk, state, _agent in scene.asked(CONVERSATIONS, writing):
        assert state == "open"
        answers = await asyncio.gather(*(one.post(f"/desk/{talk}/pick") for one in desks.values()))
        assert sorted(answers) == [302, 422, 422, 422]
        winners[talk] = AGENTS[answers.index(302)]

    assert {talk: agent for talk, _state, agent in scene.asked(CONVERSATIONS, writing)} == winners


def sent_once(scene: Scene, writing: list[str]) -> None:
    taken = Counter(talk for (talk,) in scene.asked(TAKEN))
    assert (len(taken), max(taken.values())) == (TEXTS + RACES, 1)
    with scene.demo.control() as control:
        counts = control.get("/_local/sms/counts").raise_for_status().json()
    assert Counter(one["to"] for one in counts["items"]) == Counter(writing)
    assert {one["repeatability_id"] for one in counts["items"]} == {message for message, _ in scene.asked(OUTBOUND)}
    assert (counts["total"], {one["count"] for one in counts["items"]}) == (TEXTS, {1})


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
