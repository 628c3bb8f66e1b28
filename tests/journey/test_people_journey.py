"""People in Chromium: an invitation from link to desk by keyboard alone, and no page that axe-core finds fault with."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from running_demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.long]

LOOKS = [("en-US", "light", 1280), ("pl-PL", "dark", 360)]
PAGES = ["/center/users/", "/center/users/invite/", "/center/organization/", "/center/audit-log/", "/profile"]
PASSWORD = "parasol i kot"


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_no_page_about_people_violates_a_rule_of_axe(
    demo: Demo, new_page: OpenPage, locale: str, scheme: str, width: int
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    link = await link_for(demo, "ala")
    found = {place: await violations(page, place) for place in (f"{demo.hub['url']}/sign-in", link)}
    await administer(page, demo)
    await page.goto(f"{demo.hub['url']}/center/users/?search=ala")
    person = await page.locator("tbody a").first.get_attribute("href")
    places = [f"{demo.hub['url']}{path}" for path in [*PAGES, str(person)]]

    found |= {place: await violations(page, place) for place in places}

    assert {place: rules for place, rules in found.items() if rules} == {}
    assert await wide(page, places) == []


async def test_person_is_invited_and_comes_in_by_keyboard(demo: Demo, new_page: OpenPage) -> None:
    page, other = await new_page(), await new_page()
    await administer(page, demo)
    await page.goto(f"{demo.hub['url']}/center/users/")
    await page.get_by_role("link", name="Invite").press("Enter")
    await page.get_by_label("Username").press_sequentially("celina")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Celina")
    await page.keyboard.press("Enter")
    link = await page.get_by_role("textbox", name="Link").inner_text()

    await other.goto(link)
    await other.get_by_label("New password", exact=True).focus()
    await other.keyboard.type(PASSWORD)
    await other.keyboard.press("Tab")
    await other.keyboard.type(PASSWORD)
    await other.keyboard.press("Enter")

    await expect(other.get_by_role("heading", name="Conversations", exact=True)).to_be_visible()
    await expect(other.get_by_role("status")).to_have_text("Live")
    await page.goto(f"{demo.hub['url']}/center/users/?search=celina")
    await page.get_by_role("link", name="celina").press("Enter")
    await page.get_by_text("Disable", exact=True).press("Enter")
    await page.get_by_role("button", name="Disable now").press("Enter")
    await expect(page.get_by_role("status")).to_have_text("“celina” is disabled and signed out everywhere.")
    await other.reload()
    await expect(other.get_by_role("heading", name="Sign in")).to_be_visible()


async def administer(page: Page, demo: Demo) -> None:
    await page.goto(f"{demo.hub['url']}/sign-in")
    await page.locator("[name=username]").fill(demo.hub["admin"]["username"])
    await page.locator("[name=password]").fill(demo.hub["admin"]["password"])
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/center/**")


async def link_for(demo: Demo, username: str) -> str:
    """A new one-time link, at the address for people."""
    said = demo.command("user", username, "--link").stdout
    return f"{demo.hub['url']}{said[said.index('/link/') :].split()[0]}"


async def violations(page: Page, place: str) -> list[str]:
    await page.goto(place)
    for summary in await page.locator("details.confirm > summary").all():
        await summary.press("Enter")
    results: dict[str, Any] = (await Axe().run(page)).response
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in results["violations"]]


async def wide(page: Page, places: list[str]) -> list[str]:
    """The pages that are wider than the window."""
    found = []
    for place in places:
        await page.goto(place)
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(place)
    return found
