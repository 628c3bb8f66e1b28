"""A conversation finds its agent: offered, accepted, ended and closed, with the keyboard alone, in two languages."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from looking import faults
from running_demo import Demo, running_demo, until

pytestmark = [pytest.mark.browser, pytest.mark.long]

LANGUAGES = {
    "en-GB": ("Accept", "Decline", "End", "Close", "Do not disturb", "Available"),
    "pl-PL": ("Przyjmij", "Odrzuć", "Zakończ", "Zamknij", "Nie przeszkadzać", "Dostępny"),
}
LOOKS = [("en-GB", "light", 1280), ("pl-PL", "dark", 360)]


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own, whose agent has no other work."""
    with running_demo(tmp_path_factory.mktemp("quiet")) as running:
        yield running


async def at_the_desk(page: Page, demo: Demo, who: str = "agent", *, url: str = "") -> None:
    await page.goto(url or demo.hub["url"])
    await page.locator("[name=username]").fill(demo.hub[who]["username"])
    await page.locator("[name=password]").fill(demo.hub[who]["password"])
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/**")
    await expect(page.locator("#connection")).to_have_attribute("data-state", "live")


def written(demo: Demo, customer: str, text: str) -> None:
    with demo.control() as control:
        body = {"from": customer, "to": demo.acs["phone_numbers"][0], "text": text}
        control.post("/_local/sms", json=body).raise_for_status()


def state(demo: Demo, customer: str) -> str:
    with demo.api() as api:
        items = api.get("/api/v1/conversations", params={"customer": customer}).json()["items"]
    return str(items[0]["state"])


async def press(page: Page, name: str) -> None:
    """With the keyboard, as somebody who uses no mouse."""
    await page.get_by_role("button", name=name).first.focus()
    await page.keyboard.press("Enter")


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_offered_conversation_is_accepted_ended_and_closed_by_keyboard(
    quiet: Demo, new_page: OpenPage, locale: str, scheme: str, width: int
) -> None:
    accept, _decline, end, close, _disturb, _available = LANGUAGES[locale]
    customer = f"+142555501{width % 100}"
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 740})
    await at_the_desk(page, quiet)
    assert await faults(page) == []

    written(quiet, customer, "Is anybody there?")

    offer = page.locator("#offers li")
    await expect(offer).to_contain_text("Is anybody there?")
    await expect(page).to_have_title(re.compile("^● "))
    assert await faults(page) == []
    await press(page, accept)
    await expect(page.get_by_role("log")).to_contain_text("Is anybody there?")
    await expect(offer).to_have_count(0)
    assert await faults(page) == []
    await press(page, end)
    await expect(page.locator("#barred")).to_be_visible()
    await expect(page.locator("#reply")).to_have_count(0)
    await page.locator("#acts").get_by_role("button", name=close).press("Enter")
    await expect(page.locator("#acts button")).to_have_count(0)
    assert state(quiet, customer) == "closed"
    assert await faults(page) == []


async def test_declined_offer_goes_to_nobody_until_its_agent_is_available_again(
    quiet: Demo, new_page: OpenPage
) -> None:
    _accept, decline, _end, _close, disturb, available = LANGUAGES["en-GB"]
    page = await new_page(locale="en-GB")
    await at_the_desk(page, quiet)
    written(quiet, "+14255550171", "Second try.")
    offer = page.locator("#offers li")
    await expect(offer).to_contain_text("Second try.")

    await press(page, decline)
    await expect(offer).to_have_count(0)
    presence = page.locator("#presence-now")
    await expect(presence).to_contain_text(disturb)

    await presence.press("Enter")
    await press(page, available)
    await expect(offer).to_contain_text("Second try.")
    await expect(presence).to_contain_text("Busy")
    await press(page, "Accept")
    await expect(page.locator("#acts").get_by_role("button", name="End")).to_be_visible()


async def test_transferred_conversation_changes_hands_on_both_screens(quiet: Demo, new_page: OpenPage) -> None:
    ala, beata = await new_page(locale="en-GB"), await new_page(locale="en-GB")
    await at_the_desk(ala, quiet)
    await at_the_desk(beata, quiet, "supervisor")
    written(quiet, "+14255550172", "For the boss.")
    await expect(ala.locator("#offers li")).to_contain_text("For the boss.")
    await press(ala, "Accept")
    await expect(ala.get_by_role("log")).to_contain_text("For the boss.")
    await beata.goto(ala.url)
    await expect(beata.locator("#thread-state")).to_contain_text("Ala")

    await ala.get_by_role("button", name="More").click()
    await ala.get_by_role("link", name="Transfer").click()
    await expect(ala.get_by_label("Transfer to")).to_be_visible()
    assert await faults(ala) == []
    await ala.get_by_label("Transfer to").select_option(label="Beata · Available")
    await ala.get_by_role("button", name="Transfer").click()

    await expect(beata.locator("#acts").get_by_role("button", name="End")).to_be_visible()
    await expect(ala.locator("#thread-state")).to_contain_text("Beata")
    await expect(ala.locator("#acts button")).to_have_count(0)


async def test_two_tabs_of_one_agent_show_one_offer_and_both_lose_it(quiet: Demo, new_page: OpenPage) -> None:
    one = await new_page(locale="en-GB")
    await at_the_desk(one, quiet)
    other = await one.context.new_page()
    await other.goto(f"{quiet.hub['url']}/desk/")
    written(quiet, "+14255550173", "In two tabs.")
    for tab in (one, other):
        await expect(tab.locator("#offers li").filter(has_text="In two tabs.")).to_have_count(1)

    await press(other, "Accept")

    await expect(one.locator("#offers li").filter(has_text="In two tabs.")).to_have_count(0)
    until(lambda: state(quiet, "+14255550173") == "active")


async def test_polish_letters_are_left_out_on_demand(quiet: Demo, new_page: OpenPage) -> None:
    page = await new_page(locale="pl-PL")
    await at_the_desk(page, quiet)
    written(quiet, "+14255550174", "Kiedy?")
    await page.get_by_role("link").filter(has_text="Kiedy?").first.click()
    reply, plain = page.locator("#reply"), page.get_by_role("button", name="Napisz bez znaków diakrytycznych")
    await reply.fill("Jutro")
    await expect(plain).to_be_hidden()
    await reply.fill("Paczka będzie w środę.")

    await plain.focus()
    await page.keyboard.press("Enter")

    await expect(reply).to_have_value("Paczka bedzie w srode.")
    await expect(reply).to_be_focused()
    await expect(plain).to_be_hidden()
