"""The page of overflow asks for what the chosen remedy needs, and for nothing else."""

import re

import pytest
from playwright.async_api import expect

from browser_fixtures import OpenPage
from looking import LOOKS, administer, faults
from running_demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_only_what_a_remedy_needs_is_asked_for(
    demo: Demo, new_page: OpenPage, locale: str, scheme: str, width: int, problems: list[str]
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    await administer(page, demo)
    await page.goto(f"{demo.hub['url']}/center/queues/")
    await page.get_by_role("link", name=re.compile("^(Default voice queue|Domyślna kolejka głosowa)$")).click()
    await page.locator("main a[href$='/overflow/']").click()
    remedy = page.locator("[name=too_many-remedy]")
    fields = {name: page.locator(f"[name=too_many-{name}]") for name in ("threshold", "target", "number", "place")}

    asked_for: dict[str, set[str]] = {
        "": set(),
        "end": {"threshold", "place"},
        "other_queue": {"threshold", "target", "place"},
        "outside": {"threshold", "number", "place"},
    }
    for value, wanted in asked_for.items():
        await remedy.select_option(value)
        for name, field in fields.items():
            await expect(field).to_be_visible(visible=name in wanted)
    assert await faults(page) == []
    await page.locator("main button[type=submit].primary").click()
    await expect(page.locator(".bar.danger")).to_be_visible()  # how many?
    await remedy.select_option("")
    await expect(fields["threshold"]).to_be_visible()  # what is wrong is never out of sight
    problems.clear()  # the browser's word about the 422
