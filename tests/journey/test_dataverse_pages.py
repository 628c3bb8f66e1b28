"""Reading the ids back as the document has it: Dataverse > Tables > All > search > columns and data, in Chromium."""

import pytest
from playwright.async_api import expect

from browser_fixtures import OpenPage
from looking import administer, faults
from running_demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.long]

LOOKS = [
    ("en-US", "light", 1280, "Communication Provider Setting Entry", "Copy Value"),
    ("pl-PL", "dark", 360, "Wpis ustawienia dostawcy komunikacji", "Kopiuj: Wartości"),
]


@pytest.mark.parametrize(("locale", "scheme", "width", "table", "copy"), LOOKS)
async def test_ids_are_found_and_copied_by_keyboard(
    demo: Demo, new_page: OpenPage, locale: str, scheme: str, width: int, table: str, copy: str
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    await administer(page, demo)
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

    assert await faults(page) == []


@pytest.mark.parametrize(("locale", "scheme", "width"), [look[:3] for look in LOOKS])
async def test_empty_list_and_refused_form_violate_no_rule_of_axe(
    demo: Demo, new_page: OpenPage, problems: list[str], locale: str, scheme: str, width: int
) -> None:
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    await administer(page, demo)

    nothing = await faults(page, f"{demo.hub['url']}/center/dataverse/tables/?search=nothing")
    await page.goto(f"{demo.hub['url']}/center/dataverse/application-users/add/")
    await page.locator("main button[type=submit]").click()
    refused = await faults(page)

    problems.clear()  # the refused form was one of the pages
    assert (nothing, refused) == ([], [])
