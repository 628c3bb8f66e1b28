"""Connecting in Chromium, by keyboard: sign in to Azure, pick, connect, disconnect; axe-core on the pages before."""

import pytest
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from looking import LOOKS, administer, faults
from running_demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.long]

NUMBERS = "/center/phone-numbers/"
BEFORE = [NUMBERS, "/center/general-settings/phone-numbers/", "/center/azure/", f"{NUMBERS}connect/"]
BEFORE += [f"{NUMBERS}connect/existing/", f"{NUMBERS}connect/new/", f"{NUMBERS}connect/pick/"]


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


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_new_resource_is_made_set_up_and_connected_by_keyboard(
    unconnected: Demo, new_page: OpenPage, locale: str, scheme: str, width: int
) -> None:
    """With nothing said about an application: one is registered and linked, and texts arrive."""
    page = await new_page(
        locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900}, ignore_https_errors=True
    )
    name = f"acs-made-{locale[:2]}"
    await administer(page, unconnected)
    await sign_in_to_azure(page, unconnected, f"{NUMBERS}connect/new/")

    await page.locator("#id_group").press_sequentially("rg-made")
    await page.locator("#id_name").press_sequentially("acs-centrala")
    await expect(page.locator("#name-state .error")).to_be_visible()  # somebody has it
    await page.locator("#id_name").fill("")
    await page.locator("#id_name").press_sequentially(name)
    await expect(page.locator("#name-state .fine")).to_contain_text(name)
    await page.locator("#id_data_location").focus()
    await page.keyboard.type("Europe")
    assert await faults(page) == []
    await page.locator("#id_name").press("Enter")

    await expect(page.locator("main .bar.ok")).to_contain_text(name)
    apply = page.locator("main form.actions button.primary")
    await expect(apply).to_be_visible()
    await apply.press("Enter")
    await expect(page.locator("#azure-run .bar.ok")).to_contain_text(name, timeout=90_000)

    await page.goto(f"{unconnected.hub['url']}{NUMBERS}")
    await expect(page.locator(".commands")).to_contain_text(name)
    await page.goto(f"{unconnected.hub['url']}{NUMBERS}advanced/disconnect/")
    await page.locator("main form button.danger").press("Enter")
    await expect(page.locator("h1")).not_to_contain_text("Disconnect from Azure")


def test_new_resource_is_made_and_connected_by_one_command(unconnected: Demo) -> None:
    new = ["--new-resource", "acs-by-command", "--resource-group", "rg-made", "--data-location", "Europe"]

    refused = unconnected.command("provision", "--new-resource", "acs-centrala", *new[2:], "--yes")
    unasked = unconnected.command("provision", *new, "--plan")
    made = unconnected.command("provision", *new, "--yes")

    try:
        assert (refused.returncode, "Somebody has this name already" in refused.stderr) == (1, True)
        assert (unasked.returncode, "goes with neither --plan" in unasked.stderr) == (1, True)
        assert made.returncode == 0, made.stderr
        assert made.stdout.splitlines()[-1].startswith("acs-by-command is connected, its events arrive here.")
    finally:
        unconnected.command("disconnect", "--yes")
