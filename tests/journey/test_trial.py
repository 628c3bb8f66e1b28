"""A trial organisation in a demo: a number rings with nothing connected, an agent talks, a caller from abroad is
declined, the minutes run out, and Get started is there."""

import json
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from browser_fixtures import PATIENCE, OpenPage, watch
from centrala.postgres import Cluster
from journey.test_desk_calls import AGENT, Telephone, accept, talking  # noqa: F401 # a fixture
from journey.test_desk_tabs import leave
from journey.test_incoming_calls import told
from journey.test_offers import at_the_desk
from looking import LOOKS, administer, faults
from running_demo import Demo, running_demo, until

pytestmark = [pytest.mark.browser, pytest.mark.long]
BEGIN = "update calls_call set connected_at = now() - interval '59 minutes 44 seconds' where state = 'connected'"


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("trial"), "--trial") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def desk(talking: Browser, trial: Demo, problems: list[str]) -> AsyncIterator[Page]:  # noqa: F811
    context = await talking.new_context(locale="en-GB", viewport={"width": 1280, "height": 740})
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    watch(page, problems)
    await at_the_desk(page, trial)
    yield page
    await leave(page, problems)
    await context.close()
    assert problems == []


def calls(demo: Demo, customer: str) -> Telephone:
    return Telephone(demo, customer, to=demo.hub["trial_numbers"][0])


def status(demo: Demo) -> dict[str, object]:
    answer = demo.command("trial", "status", "--json")
    assert answer.returncode == 0, answer.stderr
    return dict(json.loads(answer.stdout))


def taken(demo: Demo, customer: str) -> Telephone:
    """For two seconds an endpoint answers as it was: who is not taken calls again."""
    last = [calls(demo, customer)]

    def stands() -> bool:
        if last[-1].state == "ended":
            last.append(calls(demo, customer))
        return last[-1].state == "connected"

    until(stands, 120)
    return last[-1]


def database(demo: Demo, statement: str) -> None:
    with psycopg.connect(Cluster.at(demo.data).dsn(), autocommit=True) as connection:
        assert connection.execute(statement).rowcount == 1


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_page_of_the_trial_fits_and_violates_no_rule_of_axe(
    trial: Demo, new_page: OpenPage, locale: str, scheme: str, width: int
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    await administer(page, trial)

    await page.goto(f"{trial.hub['url']}/center/phone-numbers/")

    await expect(page.locator("#trial")).to_be_visible()
    assert await faults(page) == []
    await page.locator("table a").first.click()
    await expect(page.locator("#lent")).to_be_visible()
    assert await faults(page) == []


async def test_trial_from_its_first_call_to_get_started(trial: Demo, desk: Page, new_page: OpenPage) -> None:
    assert trial.hub["connected"] is False
    adam = await new_page(viewport={"width": 1280, "height": 900})
    await administer(adam, trial)
    numbers = f"{trial.hub['url']}/center/phone-numbers/"

    customer = calls(trial, "+14255550191")
    await accept(desk)
    until(lambda: customer.hears(AGENT), 30)
    abroad = calls(trial, "+48600100200")
    until(lambda: abroad.state == "ended", 30)
    assert told(trial, abroad.id)["reason"] == "The call was declined."

    await adam.goto(numbers)
    await expect(adam.locator("#trial")).to_have_text("Trial: 60 of 60 minutes left")
    await expect(adam.locator("main .plain-list li")).to_contain_text("+48 600 100 200")
    await adam.get_by_role("button", name="Add a second number").click()
    await expect(adam.locator("main tbody tr")).to_have_count(2)
    assert [one["type"] for one in status(trial)["numbers"]] == ["toll_free", "geographic"]  # type: ignore[index, attr-defined]

    database(trial, BEGIN)
    until(lambda: not customer.hears(AGENT), 30)  # the caller is told first
    await expect(desk.locator("#phone")).to_contain_text("The trial's minutes are used up")
    until(lambda: customer.state == "ended", 30)

    until(lambda: status(trial)["ending"] == "used_up", 30)
    assert (status(trial)["running"], status(trial)["minutes_left"]) == (False, 0)
    await adam.goto(numbers)
    await expect(adam.get_by_role("link", name="Get started")).to_be_visible()
    await expect(adam.get_by_text("All minutes were used")).to_be_visible()
    assert await faults(adam) == []
    await expect(adam.locator("main")).not_to_contain_text("+1 833")

    granted = trial.command("trial", "grant", "--minutes", "5", "--json")

    assert json.loads(granted.stdout)["minutes_left"] == 5
    again = taken(trial, "+14255550192")
    assert trial.command("trial", "end", "--yes").returncode == 0
    until(lambda: again.state == "ended", 30)
    refused = trial.command("trial", "start", "--yes")
    assert (refused.returncode, "has had its trial" in refused.stderr) == (1, True)


def test_whoever_runs_the_installation_lends_by_a_command_and_a_restart_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("lent")
    with running_demo(folder, "--unconnected", keep=True) as demo:
        lent = demo.acs["phone_numbers"][0]
        words = ["trial", "start", "--resource-id", demo.acs["resource_id"], "--minutes", "20", "--yes", "--json"]
        refused = demo.command(*words)
        assert (refused.returncode, "No trial is running" in refused.stderr) == (1, True)
        assert demo.command("organization", "--kind", "trial").returncode == 0

        started = demo.command(*words, "--number", lent)

        assert started.returncode == 0, started.stderr
        told_ = json.loads(started.stdout)
        assert (told_["minutes_left"], [one["number"] for one in told_["numbers"]]) == (20, [lent])
        call = Telephone(demo, "+14255550193", to=lent)
        until(lambda: call.state == "connected", 30)
        call.hang_up()
        mended = demo.command("trial", "provision", "--yes", "--json")
        assert (mended.returncode, json.loads(mended.stdout)["lent"]) == (0, True)
    with running_demo(folder, "--trial") as demo:
        assert demo.hub["trial_numbers"] == [lent]
        again = Telephone(demo, "+14255550194", to=lent)
        until(lambda: again.state == "connected", 30)
        again.hang_up()
        until(lambda: status(demo)["seconds_in_calls"] == 0, 30)
        assert 0 < int(str(status(demo)["seconds_used"])) < 60
