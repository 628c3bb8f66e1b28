"""A customer's telephone in a real browser."""

import re
from urllib.parse import quote

import pytest
from azure.communication.sms import SmsClient
from playwright.async_api import Locator, Page, expect

from browser_fixtures import OpenPage, watch
from localazure.pytest_plugin import LocalAzure

pytestmark = pytest.mark.browser

CUSTOMER, OTHER = "+14255550131", "+14255550132"


async def open_telephone(page: Page, azure: LocalAzure, customer: str = CUSTOMER) -> Locator:
    await page.goto(f"{azure.portal}/telephone?number={quote(customer)}")
    return page.get_by_role("log", name="Texts")


async def test_text_is_sent_with_enter_and_stands_in_the_thread_with_its_state(page: Page, azure: LocalAzure) -> None:
    thread = await open_telephone(page, azure)
    text = page.get_by_role("textbox", name="Text", exact=True)

    await text.fill("Where is my parcel?")
    await text.press("Enter")

    await expect(thread.get_by_role("listitem")).to_have_count(1)
    await expect(thread.get_by_role("listitem")).to_contain_text("Where is my parcel?")
    await expect(thread.get_by_role("listitem")).to_contain_text("Sent")
    await expect(text).to_have_value("")
    inbox = azure.control.get("/_local/inbox", params={"number": CUSTOMER}).json()["items"]
    assert [(one["from"], one["to"], one["text"]) for one in inbox] == [
        (CUSTOMER, azure.acs.phone_numbers[0], "Where is my parcel?")
    ]


async def test_answer_arrives_by_itself_and_becomes_delivered(page: Page, azure: LocalAzure, sms: SmsClient) -> None:
    thread = await open_telephone(page, azure)
    await expect(page.get_by_text("No texts yet. Say hello!")).to_be_visible()

    sms.send(from_=azure.acs.phone_numbers[0], to=CUSTOMER, message="It comes before noon.")

    await expect(thread.get_by_role("listitem")).to_contain_text("It comes before noon.")
    await expect(thread.get_by_role("listitem")).to_contain_text("Delivered")
    await expect(page.get_by_text("No texts yet. Say hello!")).to_be_hidden()


@pytest.mark.long
async def test_suggested_text_waits_to_be_sent(page: Page, azure: LocalAzure) -> None:
    thread = await open_telephone(page, azure)
    text = page.get_by_role("textbox", name="Text", exact=True)

    await page.get_by_role("button", name="Hello! Where is my parcel?").click()

    await expect(text).to_have_value("Hello! Where is my parcel?")
    await expect(text).to_be_focused()
    await text.press("Enter")
    await expect(thread.get_by_role("listitem")).to_contain_text("Hello! Where is my parcel?")


@pytest.mark.long
async def test_two_telephones_keep_their_texts_apart(new_page: OpenPage, azure: LocalAzure) -> None:
    first, second = await new_page(), await new_page()
    thread = await open_telephone(first, azure)
    elsewhere = await open_telephone(second, azure, OTHER)

    for page, text in ((first, "From the first"), (second, "From the second")):
        await page.get_by_role("textbox", name="Text", exact=True).fill(text)
        await page.get_by_role("button", name="Send").click()

    await expect(thread.get_by_role("listitem")).to_have_count(1)
    await expect(thread).to_contain_text("From the first")
    await expect(elsewhere.get_by_role("listitem")).to_have_count(1)
    await expect(elsewhere).to_contain_text("From the second")


@pytest.mark.long
async def test_eight_telephones_in_one_browser_all_hear(
    page: Page, problems: list[str], azure: LocalAzure, sms: SmsClient
) -> None:
    pages = [page, *[await page.context.new_page() for _ in range(7)]]
    customers = [f"+1425555014{last}" for last in range(8)]
    for one, customer in zip(pages, customers, strict=True):
        if one is not page:
            watch(one, problems)
        await open_telephone(one, azure, customer)

    for customer in customers:
        sms.send(from_=azure.acs.phone_numbers[0], to=customer, message=f"Dear {customer}")

    for one, customer in zip(pages, customers, strict=True):
        await expect(one.get_by_role("log", name="Texts")).to_contain_text(f"Dear {customer}")


@pytest.mark.long
async def test_number_written_by_a_person_opens_that_telephone(page: Page, azure: LocalAzure) -> None:
    await page.goto(f"{azure.portal}/telephone")
    number = page.get_by_label("This telephone's number")
    await expect(number).to_have_value("+1 425-555-0123")

    await number.fill("001 (425) 555-0199")
    await page.get_by_role("button", name="Use").click()

    await expect(page.get_by_role("region", name="Telephone +1 425-555-0199")).to_be_visible()


@pytest.mark.long
async def test_other_number_is_chosen_in_the_list(page: Page, azure: LocalAzure) -> None:
    await open_telephone(page, azure)
    choice = page.get_by_role("navigation", name="Write to").get_by_role("link")

    await choice.nth(1).click()

    await expect(choice.nth(1)).to_have_attribute("aria-current", "page")
    await expect(page.locator("#composer")).to_have_attribute("data-to", azure.acs.phone_numbers[1])


@pytest.mark.long
async def test_text_over_the_limit_says_so_and_is_kept(page: Page, azure: LocalAzure) -> None:
    thread = await open_telephone(page, azure)
    text = page.get_by_role("textbox", name="Text", exact=True)

    await text.fill("a" * 2049)
    await text.press("Enter")

    await expect(page.get_by_role("alert")).to_have_text("2,049 of 2,048 characters: shorten the text to send it.")
    await expect(text).to_have_attribute("aria-invalid", "true")
    await expect(thread.get_by_role("listitem")).to_have_count(0)

    await text.fill("🙂" * 2048)
    await text.press("Enter")

    await expect(thread.get_by_role("listitem")).to_have_count(1)
    await expect(page.get_by_role("alert")).to_have_text("")


@pytest.mark.long
async def test_blank_text_is_not_sent(page: Page, azure: LocalAzure) -> None:
    thread = await open_telephone(page, azure)

    await page.get_by_role("button", name="Send").click()

    await expect(page.get_by_role("alert")).to_have_text("Write something first.")
    await expect(thread.get_by_role("listitem")).to_have_count(0)


@pytest.mark.long
async def test_refused_text_says_why_and_is_kept(page: Page, problems: list[str], azure: LocalAzure) -> None:
    await open_telephone(page, azure)
    text = page.get_by_role("textbox", name="Text", exact=True)

    await text.evaluate("field => { field.value = 'one\\0two' }")
    await text.press("Enter")

    await expect(page.get_by_role("alert")).to_have_text(re.compile("^The local cloud refused the text: .*NUL"))
    assert await text.evaluate("field => field.value.length") == 7
    assert len(problems) == 1
    assert "400" in problems.pop()


@pytest.mark.long
async def test_markup_in_a_text_stays_text(page: Page, azure: LocalAzure) -> None:
    thread = await open_telephone(page, azure)
    text = page.get_by_role("textbox", name="Text", exact=True)

    await text.fill("<img src=x onerror=alert(1)>\n<b>second line</b>")
    await text.press("Enter")

    await expect(thread.locator(".bubble")).to_have_text("<img src=x onerror=alert(1)>\n<b>second line</b>")
    await expect(thread.locator("img, b")).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize("path", ["/", "/telephone"])
@pytest.mark.parametrize("locale", ["en-US", "pl-PL"])
async def test_page_fits_a_screen_of_360_pixels(new_page: OpenPage, azure: LocalAzure, path: str, locale: str) -> None:
    page = await new_page(locale=locale, viewport={"width": 360, "height": 740}, color_scheme="dark")

    await page.goto(azure.portal + path)

    assert await page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.long
async def test_key_is_shown_only_when_asked_for(page: Page, azure: LocalAzure) -> None:
    await page.goto(f"{azure.portal}/resource{azure.acs.resource_id}/keys")
    key = azure.acs.connection_string.partition("accesskey=")[2]
    await expect(page.get_by_text(key, exact=True)).to_be_hidden()

    await page.get_by_role("button", name="Show Primary key, Key").click()
    await expect(page.get_by_text(key, exact=True)).to_be_visible()

    await page.get_by_role("button", name="Hide Primary key, Key").click()
    await expect(page.get_by_text(key, exact=True)).to_be_hidden()


@pytest.mark.long
async def test_copy_puts_the_value_into_the_clipboard(new_page: OpenPage, azure: LocalAzure) -> None:
    page = await new_page(permissions=["clipboard-read", "clipboard-write"])
    await page.goto(f"{azure.portal}/resource{azure.acs.resource_id}/properties")

    await page.get_by_role("button", name="Copy: Resource ID").click()

    await expect(page.get_by_role("status").filter(has_text="Resource ID: Copied")).to_be_attached()
    assert await page.evaluate("navigator.clipboard.readText()") == azure.acs.resource_id


@pytest.mark.long
async def test_language_is_chosen_and_kept(page: Page, azure: LocalAzure) -> None:
    await open_telephone(page, azure)

    await page.get_by_role("link", name="Polski").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Telefon klienta")
    assert CUSTOMER.removeprefix("+") in page.url
    await page.goto(azure.portal)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Strona główna")
