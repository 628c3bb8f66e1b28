"""The portal's forms by keyboard alone, and what its script makes easier."""

from collections.abc import Callable

import pytest
from playwright.async_api import Locator, Page, expect

from localazure.pytest_plugin import LocalAzure
from localazure_tests.portal import Portal
from localazure_tests.receiver import Receiver

pytestmark = [pytest.mark.browser, pytest.mark.long]


async def tab_to(page: Page, wanted: Locator) -> None:
    """Fails where sixty steps do not reach it."""
    for _ in range(60):
        if await wanted.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by Tab")


async def test_application_is_registered_by_keyboard(page: Page, azure: LocalAzure) -> None:
    await page.goto(f"{azure.portal}/registrations")
    await tab_to(page, page.get_by_role("link", name="New registration"))
    await page.keyboard.press("Enter")
    await tab_to(page, page.get_by_role("textbox", name="Name"))
    await page.keyboard.type("Contoso")
    await tab_to(page, page.get_by_role("radio").first)
    await page.keyboard.press("ArrowDown")

    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", level=1)).to_contain_text("Contoso")
    await expect(page.get_by_text("Accounts in any organizational directory", exact=False)).to_be_visible()


async def test_event_subscription_is_created_by_keyboard(
    page: Page, azure: LocalAzure, portal: Portal, receiver: Callable[[], Receiver]
) -> None:
    endpoint = receiver().url
    portal.create_topic()
    await page.goto(azure.portal + portal.at("/events/new"))

    await tab_to(page, page.get_by_role("tab", name="Basics"))
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("tab", name="Additional Features")).to_be_focused()
    await tab_to(page, page.get_by_role("spinbutton", name="Max event delivery attempts"))
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("7")
    await page.get_by_role("tab", name="Additional Features").focus()
    await page.keyboard.press("Home")
    await tab_to(page, page.get_by_role("textbox", name="Name", exact=True))
    await page.keyboard.type("texts")
    await tab_to(page, page.locator("#select-endpoint > summary"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="Subscriber Endpoint")).to_be_focused()
    await page.keyboard.type(endpoint)
    await page.keyboard.press("Enter")
    await expect(page.locator("#select-endpoint > summary")).to_be_focused()
    await tab_to(page, page.get_by_role("button", name="Create"))
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", level=1)).to_have_text("texts")
    await expect(page.locator("#settings-live")).to_contain_text("Succeeded")
    await expect(page.locator("#settings-live")).to_contain_text("7 attempts")


async def test_field_that_is_missing_is_shown_in_its_tab(page: Page, azure: LocalAzure, portal: Portal) -> None:
    portal.create_topic()
    await page.goto(azure.portal + portal.at("/events/new"))
    await page.get_by_role("tab", name="Filters").click()

    await page.get_by_role("button", name="Create").click()

    await expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_focused()
    await expect(page.get_by_role("tab", name="Basics")).to_have_attribute("aria-selected", "true")


async def test_tab_stays_open_after_a_refusal(
    page: Page, problems: list[str], azure: LocalAzure, portal: Portal
) -> None:
    portal.create_topic()
    await page.goto(azure.portal + portal.at("/events/new"))
    await page.get_by_role("textbox", name="Name", exact=True).fill("texts")
    await page.get_by_role("tab", name="Additional Features").click()
    await page.get_by_role("checkbox", name="Use AAD authentication").check()

    await page.get_by_role("button", name="Create").click()

    await expect(page.get_by_role("alert")).to_contain_text("AAD authentication needs both")
    await expect(page.get_by_role("checkbox", name="Use AAD authentication")).to_be_checked()
    await page.get_by_role("tab", name="Basics").click()
    await expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("texts")
    problems.clear()


async def test_somebody_else_signs_in_by_keyboard(page: Page, azure: LocalAzure) -> None:
    await page.goto(f"{azure.portal}/subscriptions")
    await tab_to(page, page.locator("details.person > summary"))
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Ala Reader")).to_be_hidden()
    await page.keyboard.press("Enter")
    await tab_to(page, page.get_by_role("button", name="Ala Reader"))

    await page.keyboard.press("Enter")

    await expect(page).to_have_url(f"{azure.portal}/subscriptions")
    await expect(page.locator("details.person > summary")).to_contain_text("Ala Reader")
    await expect(page.get_by_role("row").filter(has_text="Local")).to_contain_text("Reader")


async def test_page_in_its_making_follows_the_handshake(page: Page, azure: LocalAzure, portal: Portal) -> None:
    """Nobody answers, so it is asked three times, five seconds apart: the page shows it and ends with the failure."""
    portal.create_topic()
    subscription = portal.subscribe("texts", "https://localhost:1/nobody").path
    await page.goto(azure.portal + subscription)
    await expect(page.get_by_text("Event Grid asks the endpoint to confirm: the validation handshake")).to_be_visible()

    azure.control.post("/_local/clock", json={"advance_seconds": 60}).raise_for_status()

    await expect(page.get_by_text("Webhook validation handshake failed", exact=True)).to_be_visible(timeout=20_000)
    await expect(page.get_by_text("Nobody answered at the endpoint.")).to_be_visible()
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
