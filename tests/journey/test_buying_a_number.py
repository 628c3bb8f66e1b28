"""A number is bought in the browser with the keyboard alone, goes on a workstream, and is given back."""

import re

import pytest
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from looking import LOOKS, administer, faults
from running_demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.long]


async def press(page: Page, selector: str) -> None:
    """What a person of the keyboard does with a link or a button."""
    found = page.locator(selector)
    await expect(found).to_be_visible()
    await found.focus()
    await page.keyboard.press("Enter")


async def choose(page: Page, selector: str, begins: str) -> None:
    """In a list, down from its first, and on with the button behind it."""
    field = page.locator(selector)
    await expect(field).to_be_visible()
    labels = await field.locator("option").all_text_contents()
    place = next(place for place, label in enumerate(labels) if label.startswith(begins))
    await field.press("Home")
    for _ in range(place):
        await field.press("ArrowDown")
    await expect(field.locator("option:checked")).to_have_text(labels[place])
    await press(page, f"form:has({selector}) button")


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_number_is_bought_and_released_with_the_keyboard(
    demo: Demo, new_page: OpenPage, locale: str, scheme: str, width: int
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    await administer(page, demo)
    await page.goto(f"{demo.hub['url']}/center/phone-numbers/")
    assert await faults(page) == []
    await press(page, "main a[href$='/phone-numbers/add/']")

    await choose(page, "#country", "United States")
    await expect(page).to_have_url(re.compile("country=US"))
    assert await faults(page) == []
    await press(page, "main a[href*='type=geographic']")
    await choose(page, "#place", "New York")
    await expect(page).to_have_url(re.compile("place=New"))
    assert await faults(page) == []
    await page.locator("[name=calling][value=inbound]").focus()
    await page.keyboard.press("Space")
    await press(page, "main form[method=post] button.primary")

    await expect(page.locator("#order .countdown")).to_have_text(re.compile(r"^1[45]:\d\d$"))
    assert await faults(page) == []
    number = await page.locator("#order dd.number").inner_text()
    assert number.startswith(("+1 212", "+1 646"))
    await press(page, "#order button.primary")
    await expect(page.locator("#order a.primary")).to_have_attribute("href", re.compile(r"add-voice/\?number=\d+"))
    assert await faults(page) == []
    await press(page, "#order a.primary")
    await expect(page.locator("[name=numbers]:checked")).to_have_count(1)

    await page.goto(f"{demo.hub['url']}/center/phone-numbers/?number={number.removeprefix('+').replace(' ', '+')}")
    row = page.locator("tbody tr")
    await expect(row).to_have_count(1)
    await press(page, "tbody a")
    await expect(page.locator("h1")).to_have_text(number)
    assert await faults(page) == []
    await page.reload()  # what was unfolded to be looked at is folded again
    await press(page, "#release ~ details summary")
    await press(page, "#release ~ details button")
    await expect(page.locator("#order #state")).to_have_text(
        re.compile("^(The number is released|Numer jest zwolniony)$")
    )
    assert await faults(page) == []
