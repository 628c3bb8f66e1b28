"""Connecting in Chromium, by keyboard: sign in to Azure, pick, connect, disconnect; axe-core on the pages before."""

import pytest
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from looking import LOOKS, administer, faults
from running_demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.long]

NUMBERS = "/center/phone-numbers/"
BEFORE = [NUMBERS, "/center/general-settings/phone-numbers/", "/center/azure/", f"{NUMBERS}connect/"]
BEFORE += [f"{NUMBERS}connect/existing/", f"{NUMBERS}connect/pick/"]


async def sign_in_to_azure(page: Page, demo: Demo, leads_to: str) -> None:
    """The code from our page, entered on Azure's by keyboard, in another tab; ours goes on by itself."""
    await page.goto(f"{demo.hub['url']}/center/azure/?next={leads_to}")
    await page.locator("#azure-sign-in button[type=submit]").press("Enter")
    code = await page.locator("#user-code").inner_text()
    address = await page.locator("#azure-sign-in ol a").get_attribute("href")
    person = demo.azure["people"]["adam"]
    elsewhere = await page.context.new_page()
    await elsewhere.goto(str(address))
    await elsewhere.locator("[name=code]").fill(code)
    await elsewhere.keyboard.press("Enter")
    await elsewhere.locator("[name=username]").fill(person["username"])
    await elsewhere.locator("[name=password]").fill(person["password"])
    await elsewhere.keyboard.press("Enter")
    await expect(elsewhere.locator("[name=password]")).to_have_count(0)
    await elsewhere.close()
    await page.wait_for_url(f"**{leads_to}", timeout=20_000)


async def test_resource_is_picked_connected_and_disconnected_by_keyboard(unconnected: Demo, new_page: OpenPage) -> None:
    page = await new_page(ignore_https_errors=True)
    await administer(page, unconnected)
    await sign_in_to_azure(page, unconnected, f"{NUMBERS}connect/pick/")
    with unconnected.control() as control:
        app = control.post("/_local/applications", json={"name": "Centrala"}).raise_for_status().json()["client_id"]

    await page.get_by_role("link", name="Fill in the form").press("Enter")
    await expect(page.get_by_label("ACS Resource Name")).to_have_value(unconnected.acs["resource_name"])
    await page.get_by_label("Event grid app id", exact=True).press_sequentially(app)
    await page.get_by_role("checkbox").press("Space")
    await page.get_by_role("button", name="Connect").press("Enter")

    await expect(page.get_by_text("“acs-centrala” is connected.")).to_be_visible()
    await expect(page.get_by_role("heading", name="Next steps")).to_be_visible()

    await page.get_by_label("Where you are").get_by_role("link", name="Phone numbers").press("Enter")
    await page.get_by_role("link", name="Advanced").press("Enter")
    await page.get_by_role("link", name="Disconnect").press("Enter")
    await expect(page.get_by_text("The endpoints answer 404 within two seconds")).to_be_visible()

    await page.get_by_role("button", name="Disconnect").press("Enter")

    await expect(page.get_by_role("heading", name="Left in Azure")).to_be_visible()
    await page.get_by_role("main").get_by_role("link", name="Phone numbers").last.press("Enter")
    await expect(page.get_by_role("link", name="Get started")).to_be_visible()


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_no_page_before_connecting_violates_a_rule_of_axe(
    unconnected: Demo, new_page: OpenPage, locale: str, scheme: str, width: int
) -> None:
    page = await new_page(
        locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900}, ignore_https_errors=True
    )
    await administer(page, unconnected)
    places = [f"{unconnected.hub['url']}{path}" for path in BEFORE]
    before = {place: await faults(page, place) for place in places[:-1]}
    await sign_in_to_azure(page, unconnected, NUMBERS)
    after = {place: await faults(page, place) for place in places}

    assert {place: rules for place, rules in before.items() if rules} == {}
    assert {place: rules for place, rules in after.items() if rules} == {}
