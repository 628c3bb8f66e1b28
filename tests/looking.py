"""Looking at a page of a demo as a person of the admin center does, and as axe-core does."""

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from running_demo import Demo

LOOKS = [("en-US", "light", 1280), ("pl-PL", "dark", 360)]


async def administer(page: Page, demo: Demo) -> None:
    """Signs in as the demo's administrator, in whatever language the page has."""
    await page.goto(f"{demo.hub['url']}/sign-in")
    await page.locator("[name=username]").fill(demo.hub["admin"]["username"])
    await page.locator("[name=password]").fill(demo.hub["admin"]["password"])
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/center/**")


async def faults(page: Page, address: str = "") -> list[str]:
    """What axe-core says of the page with everything unfolded, and whether it is wider than the window."""
    if address:
        await page.goto(address)
    await page.wait_for_load_state()  # with its styles: what was pressed last may have led here
    await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    await page.evaluate("Promise.allSettled(document.getAnimations().map(one => one.finished))")  # half of a colour
    results: dict[str, Any] = (await Axe().run(page)).response
    found = [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in results["violations"]]
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*found, "wider than the window"] if wide else found
