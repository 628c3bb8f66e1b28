"""Two web processes with addresses of their own: whichever has a call, the agent talks in it from either's desk."""

from collections.abc import AsyncIterator

import psycopg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from browser_fixtures import PATIENCE, watch
from centrala.postgres import Cluster
from journey.test_desk_calls import AGENT, LOUD, Telephone, accept, calm, close, shown, talking
from journey.test_offers import at_the_desk
from running_demo import Demo, free_port, until
from second_pair import second_pair

pytestmark = [pytest.mark.browser, pytest.mark.long]
__all__ = ["calm", "talking"]
NODE = """
    select node.address from calls_call as call join calls_node as node on node.id = call.node_id
    where call.customer = %s
"""
MOST = 12  # calls, until each of the two has had one


@pytest_asyncio.fixture(loop_scope="session")
async def second_desk(talking: Browser, calm: Demo, problems: list[str]) -> AsyncIterator[Page]:
    """Ala's, at the second web process."""
    with second_pair(calm, tls_port=free_port()) as pair:
        context = await talking.new_context(locale="en-GB", ignore_https_errors=True)
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        watch(page, problems)
        await at_the_desk(page, calm, url=pair.url)
        yield page
        problems.clear()  # of a process that is stopped
        await context.close()


def node_of(demo: Demo, customer: str) -> str:
    with psycopg.connect(Cluster.at(demo.data).dsn()) as database:
        row = database.execute(NODE, [customer]).fetchone()
    assert row is not None
    return str(row[0])


async def test_agent_talks_in_the_calls_of_either_process(calm: Demo, second_desk: Page, problems: list[str]) -> None:
    nodes: set[str] = set()
    for turn in range(MOST):
        customer = f"+142555503{turn:02}"
        telephone = Telephone(calm, customer)
        await accept(second_desk)
        await shown(second_desk, "level-customer", above=LOUD)
        until(lambda telephone=telephone: telephone.hears(AGENT))
        nodes.add(node_of(calm, customer))
        telephone.hang_up()
        await expect(second_desk.locator("#call-facts")).to_contain_text("The customer hung up")
        await close(second_desk)
        if len(nodes) == 2:
            break

    assert len(nodes) == 2
    assert problems == []
