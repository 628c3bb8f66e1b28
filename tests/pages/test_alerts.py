"""Sound and notification for offers: off until somebody turns them on, once for each offer."""

import pytest
from asgiref.sync import sync_to_async
from django.db import connection as database
from django.test import Client
from playwright.async_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from browser_fixtures import OpenPage
from centrala.organization.models import User
from centrala.routing import actions
from centrala.routing.router import route
from pages.scene import Talk

pytestmark = [pytest.mark.browser, pytest.mark.long]

# What the browser was asked to show and to play; it stands behind every other window.
WATCH = """
    window.asked = [];
    window.Notification = class extends EventTarget {
        static permission = "default";
        static async requestPermission() { window.asked.push("permission"); return (this.permission = ANSWER); }
        constructor(title, { body }) { super(); window.asked.push(`${title}: ${body}`); }
    };
    document.hasFocus = () => false;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) { window.asked.push("tone"); return start.call(this, at); };
"""
TONES = ["tone", "tone"]


@pytest.mark.parametrize(
    ("answer", "words", "notified"),
    [
        (
            "granted",
            "Offers come with a sound and a notification",
            ["A conversation is offered to you: Default messaging queue"],
        ),
        ("denied", "The browser allows no notifications", []),
    ],
)
async def test_offer_is_alerted_to_once_it_is_asked_for(
    live_server: LiveServer,
    new_page: OpenPage,
    problems: list[str],
    agent: Client,
    ala: User,
    talk: Talk,
    answer: str,
    words: str,
    notified: list[str],
) -> None:
    page = await new_page()
    [session] = [cookie for cookie in agent.cookies.values() if cookie.key.endswith("sessionid")]
    await page.context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
    await page.add_init_script(WATCH.replace("ANSWER", f'"{answer}"'))
    await page.goto(f"{live_server.url}/desk/")
    bell = page.get_by_role("button", name="Alert me to offers")

    await offered(page, ala, talk, "+48600100201")
    assert await page.evaluate("asked") == []
    await expect(bell).to_have_attribute("aria-pressed", "false")

    await bell.press("Enter")
    await expect(bell).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()
    assert await page.evaluate("asked") == [*TONES, "permission"]
    await offered(page, ala, talk, "+48600100202")
    await refreshed(page)
    assert await page.evaluate("asked") == [*TONES, "permission", *TONES, *notified]

    await bell.press("Enter")
    await expect(bell).to_have_attribute("aria-pressed", "false")
    await offered(page, ala, talk, "+48600100203")
    assert await page.evaluate("asked.length") == len([*TONES, "permission", *TONES, *notified])
    problems.clear()  # this server has no event stream


async def offered(page: Page, to: User, talk: Talk, customer: str) -> None:
    def offer() -> None:
        try:
            actions.seen(user=to)
            talk(customer)
            assert route() == 1
        finally:
            database.close()  # a thread of the pool keeps none

    await sync_to_async(offer)()
    await refreshed(page)
    await expect(page.locator("#offers li").filter(has_text=customer[-3:])).to_have_count(1)


async def refreshed(page: Page) -> None:
    """As the stream would have it."""
    async with page.expect_response("**/desk/list**"):
        await page.evaluate("document.body.dispatchEvent(new CustomEvent('live:list'))")
