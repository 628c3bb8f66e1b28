"""Reading the ids back as the document has it: Dataverse > Tables > All > search > columns and data, in Chromium."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from running_demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.long]

LOOKS = [
    ("en-US", "light", 1280, "Communication Provider Setting Entry", "Copy Value"),
    ("pl-PL", "dark", 360, "Wpis ustawienia dostawcy komunikacji", "Kopiuj: Wartości"),
]
PLACES = ("tables/?search=nothing", "tables/", "tables/msdyn_occommunicationprovidersetting/", "application-users/")


async def sign_in(page: Page, demo: Demo) -> None:
    admin = demo.hub["admin"]
    await page.goto(demo.hub["url"])
    await page.locator("input[name=username]").fill(admin["username"])
    await page.locator("input[name=password]").fill(admin["password"])
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/center/**")


async def violations(page: Page) -> list[str]:
    results = await Axe().run(page)
    return [rule["id"] for rule in results.response["violations"]]


@pytest.mark.parametrize(("locale", "scheme", "width", "table", "copy"), LOOKS)
async def test_ids_are_found_and_copied_by_keyboard(
    demo: Demo, new_page: OpenPage, locale: str, scheme: str, width: int, table: str, copy: str
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    await sign_in(page, demo)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(f"{demo.hub['url']}/center/dataverse/tables/")

    await page.get_by_role("textbox").focus()
    await page.keyboard.type(table)
    await page.keyboard.press("Enter")
    await page.get_by_role("rowheader").get_by_role("link", name=table, exact=True).focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/msdyn_occommunicationprovidersettingentry/")
    for value in (demo.azure["event_grid_app_id"], demo.azure["tenant_id"]):
        button = page.get_by_role("button", name=f"{copy} {value}")
        await button.focus()
        await page.keyboard.press("Enter")
        await expect(button).to_contain_text("Copied" if locale == "en-US" else "Skopiowano")
        assert await page.evaluate("navigator.clipboard.readText()") == value

    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await violations(page) == []


@pytest.mark.parametrize(("locale", "scheme", "width"), [look[:3] for look in LOOKS])
async def test_no_page_violates_a_rule_of_axe(
    demo: Demo, new_page: OpenPage, problems: list[str], locale: str, scheme: str, width: int
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    await sign_in(page, demo)

    found = {}
    for place in PLACES:
        await page.goto(f"{demo.hub['url']}/center/dataverse/{place}")
        found[place] = await violations(page)
    await page.get_by_role("link", name="Demo", exact=True).click()
    await page.locator("details.confirm > summary").click()
    found["user"] = await violations(page)
    await page.goto(f"{demo.hub['url']}/center/dataverse/application-users/add/")
    await page.locator("main button[type=submit]").click()
    found["refused"] = await violations(page)
    await page.goto(f"{demo.hub['url']}/center/dataverse/tables/msdyn_ocphonenumber/")
    await page.locator("tbody a").first.click()
    found["row"] = await violations(page)

    problems.clear()  # the refused form was one of the pages
    assert {place: rules for place, rules in found.items() if rules} == {}
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
