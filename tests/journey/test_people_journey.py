"""People in Chromium: an invitation from link to desk by keyboard alone, and what they see first."""

import pytest
from playwright.async_api import expect

from browser_fixtures import OpenPage
from looking import LOOKS, administer, faults
from running_demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.long]

PASSWORD = "parasol i kot"


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_no_page_of_somebody_who_is_not_in_yet_violates_a_rule_of_axe(
    demo: Demo, new_page: OpenPage, locale: str, scheme: str, width: int
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    link = await link_for(demo, "ala")

    found = {place: await faults(page, place) for place in (f"{demo.hub['url']}/sign-in", link)}

    assert {place: rules for place, rules in found.items() if rules} == {}


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
    await expect(other.locator("#connection")).to_have_text("Live")
    await page.goto(f"{demo.hub['url']}/center/users/?search=celina")
    await page.get_by_role("link", name="celina").press("Enter")
    await page.get_by_text("Disable", exact=True).press("Enter")
    await page.get_by_role("button", name="Disable now").press("Enter")
    await expect(page.get_by_role("status")).to_have_text("“celina” is disabled and signed out everywhere.")
    await other.reload()
    await expect(other.get_by_role("heading", name="Sign in")).to_be_visible()


async def link_for(demo: Demo, username: str) -> str:
    """A new one-time link, at the address for people."""
    said = demo.command("user", username, "--link").stdout
    return f"{demo.hub['url']}{said[said.index('/link/') :].split()[0]}"
