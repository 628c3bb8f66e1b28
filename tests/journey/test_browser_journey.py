"""The product's first five minutes, in Chromium: a customer writes, an agent answers, the report comes back."""

import pytest
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from running_demo import Demo

pytestmark = pytest.mark.browser

TELEPHONE = "+14255550140"


async def sign_in(page: Page, demo: Demo, who: str) -> None:
    await page.goto(demo.hub["url"])
    await page.get_by_label("Username").fill(demo.hub[who]["username"])
    await page.get_by_label("Password").fill(demo.hub[who]["password"])
    await page.get_by_role("button", name="Sign in").click()


async def test_customer_writes_and_the_agent_answers(demo: Demo, new_page: OpenPage) -> None:
    desk, telephone = await new_page(), await new_page()
    await sign_in(desk, demo, "agent")
    await expect(desk.get_by_role("heading", name="Conversations", exact=True)).to_be_visible()
    await expect(desk.locator("#connection")).to_have_text("Live")

    number = demo.acs["phone_numbers"][0]
    await telephone.goto(f"{demo.azure['portal']}/telephone?number=%2B{TELEPHONE[1:]}&to=%2B{number[1:]}")
    await telephone.get_by_label("Text", exact=True).fill("Where is my parcel?")
    await telephone.keyboard.press("Enter")

    row = desk.get_by_role("link").filter(has_text="Where is my parcel?")
    await row.click()
    thread = desk.get_by_role("log", name="Messages")
    await expect(thread).to_contain_text("Where is my parcel?")
    await expect(row.get_by_text("unread")).to_have_count(0)

    await desk.get_by_role("textbox", name="Reply to").fill("Tomorrow morning.")
    await desk.keyboard.press("Enter")

    await expect(telephone.get_by_role("log", name="Texts")).to_contain_text("Tomorrow morning.")
    await expect(thread).to_contain_text("Delivered")
    await expect(desk.get_by_role("textbox", name="Reply to")).to_have_value("")

    await telephone.get_by_label("Text", exact=True).fill("Thank you!")
    await telephone.get_by_role("button", name="Send").click()
    await expect(thread).to_contain_text("Thank you!")


@pytest.mark.long
async def test_administrator_sees_the_connection_and_its_events(demo: Demo, new_page: OpenPage) -> None:
    page = await new_page()
    await sign_in(page, demo, "admin")

    await page.get_by_role("link", name="Manage").click()
    await expect(page.get_by_role("rowheader", name="+1 833-555-0100")).to_be_visible()
    await page.get_by_role("link", name="Advanced").click()
    await expect(page.get_by_role("textbox", name="SMS Web Hook Endpoint")).to_have_text(demo.hub["sms_webhook"])


@pytest.mark.long
async def test_agent_cannot_reach_the_admin_center(demo: Demo, new_page: OpenPage, problems: list[str]) -> None:
    page = await new_page()
    await sign_in(page, demo, "agent")
    await expect(page.get_by_role("heading", name="Conversations", exact=True)).to_be_visible()

    answer = await page.goto(f"{demo.hub['url']}/center/")

    assert answer is not None
    assert answer.status == 404
    problems.clear()  # Chromium reports the 404 it was sent to see


@pytest.mark.long
async def test_administrator_connects_the_resource_with_the_five_fields(
    unconnected: Demo, new_page: OpenPage, problems: list[str]
) -> None:
    page = await new_page()
    await sign_in(page, unconnected, "admin")
    await page.get_by_role("link", name="Manage").click()
    await page.get_by_role("link", name="Get started").click()
    await page.get_by_role("link", name="Use existing resource").click()
    with unconnected.control() as control:
        app = control.post("/_local/applications", json={"name": "Centrala"}).raise_for_status().json()["client_id"]
    acs = unconnected.acs
    await page.get_by_label("ACS Resource Name").fill(acs["resource_name"])
    await page.get_by_label("ACS Resource ID").fill(acs["resource_id"])
    await page.get_by_label("Connection string").fill("endpoint=https://localhost/;accesskey=cut")
    await page.get_by_label("Event grid app id").fill(app)
    await page.get_by_label("Event grid app tenant id").fill(unconnected.azure["tenant_id"])
    await page.get_by_role("checkbox").check()

    await page.get_by_role("button", name="Connect").click()
    await expect(page.get_by_text("This is not a connection string.")).to_be_visible()
    await expect(page.get_by_label("ACS Resource Name")).to_have_value(acs["resource_name"])

    with unconnected.control() as control:
        slow = {"operation": "GET /phoneNumbers", "delay_seconds": 600}
        control.post("/_local/faults", json=slow).raise_for_status()
        await page.get_by_label("Connection string").fill(acs["connection_string"])
        await page.wait_for_load_state()  # without its scripts it connects, but shows no steps
        await page.get_by_role("button", name="Connect").click()
        await expect(page.get_by_role("listitem").filter(has_text="Check the form")).to_contain_text("done")
        await expect(page.get_by_role("listitem").filter(has_text="Try the key")).to_contain_text("under way…")
        control.post("/_local/clock", json={"advance_seconds": 600}).raise_for_status()
    await expect(page.get_by_text("“acs-centrala” is connected.")).to_be_visible()
    await page.get_by_label("Where you are").get_by_role("link", name="Phone numbers").click()
    await expect(page.get_by_role("rowheader", name="+1 833-555-0100")).to_be_visible()
    assert acs["connection_string"].partition("accesskey=")[2] not in await page.content()
    assert [problem for problem in problems if "422" not in problem] == []
    problems.clear()  # Chromium reports the refusal above
