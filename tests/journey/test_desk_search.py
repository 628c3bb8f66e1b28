"""Searching on the desk with the keyboard alone, as it looks in both languages."""

import pytest
from playwright.async_api import expect

from browser_fixtures import OpenPage
from journey.test_desk_tabs import sign_in, written
from looking import LOOKS, faults
from running_demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_conversation_is_found_and_opened_by_keyboard(
    demo: Demo, new_page: OpenPage, locale: str, scheme: str, width: int
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 800})
    written(demo, "+14255550171", "Zgubiłem żółtą parasolkę na dworcu.")
    await sign_in(page, demo, "agent")
    box = page.get_by_role("search").get_by_role("searchbox")

    await box.fill("zolta parasol")
    await page.keyboard.press("Enter")

    await page.wait_for_url("**search=**")
    await expect(page.locator("#list mark")).to_have_text(["żółtą", "parasolkę"])
    assert await faults(page) == []
    await box.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("Zgubiłem żółtą parasolkę")

    await page.goto(f"{demo.hub['url']}/desk/?search=niczego+takiego")

    await expect(page.locator("#row-none")).to_be_visible()
    await expect(box).to_have_value("niczego takiego")
    assert await faults(page) == []
