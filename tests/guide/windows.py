"""The windows of somebody who follows the guide, and what shows at its end that it led there."""

import asyncio
from dataclasses import dataclass, field

from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from guide.book import LANGUAGES
from running_demo import Demo

CUSTOMER = "+14255550177"


@dataclass
class Windows:
    """The Azure portal and the admin center side by side, and the sheet of paper between them."""

    demo: Demo
    azure: Page
    center: Page
    noted: dict[str, str] = field(default_factory=dict)


async def opened(demo: Demo, new_page: OpenPage, language: str) -> Windows:
    """As Adam on both sides."""
    options = {"locale": LANGUAGES[language], "permissions": ["clipboard-read", "clipboard-write"]}
    windows = Windows(demo, await new_page(**options), await new_page(**options))
    await windows.azure.goto(demo.azure["portal"])
    center = windows.center
    await center.goto(demo.hub["url"])
    await center.locator("[name=username]").fill(demo.hub["admin"]["username"])
    await center.locator("[name=password]").fill(demo.hub["admin"]["password"])
    await center.keyboard.press("Enter")
    await center.wait_for_url("**/center/**")
    return windows


async def a_text_arrives(windows: Windows) -> None:
    number = windows.demo.acs["phone_numbers"][0]
    with windows.demo.control() as control:
        text = {"from": CUSTOMER, "to": number, "text": "Where is my parcel?"}
        control.post("/_local/sms", json=text).raise_for_status()
    center = windows.center
    row = center.get_by_role("row").filter(has_text="SMSReceived")
    for _ in range(120):
        await center.goto(f"{windows.demo.hub['url']}/center/events/")
        if await row.count():
            break
        await asyncio.sleep(0.25)
    await expect(row).to_have_count(1)


async def leave(windows: Windows) -> None:
    """Before the demo stops: pages that follow what happens would complain."""
    for page in (windows.azure, windows.center):
        await page.goto("about:blank")
