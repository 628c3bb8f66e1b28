"""Two people at one conversation see each other, without a reload."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from looking import faults
from running_demo import Demo, running_demo

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own, whose people have no other work."""
    with running_demo(tmp_path_factory.mktemp("quiet")) as running:
        yield running


async def at_the_desk(page: Page, demo: Demo, who: str) -> None:
    await page.goto(demo.hub["url"])
    await page.locator("[name=username]").fill(demo.hub[who]["username"])
    await page.locator("[name=password]").fill(demo.hub[who]["password"])
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/**")
    await expect(page.locator("#connection")).to_have_attribute("data-state", "live")


LOST = (
    "sign => { sign.dataset.state = 'lost'; sign.querySelector('.word').textContent = sign.dataset.lost }"  # as live.js
)


async def test_lost_connection_leaves_the_desk_as_wide_as_the_window(quiet: Demo, new_page: OpenPage) -> None:
    page = await new_page(locale="pl-PL", color_scheme="dark", viewport={"width": 360, "height": 740})
    await at_the_desk(page, quiet, "supervisor")

    await page.locator("#connection").evaluate(LOST)

    await expect(page.locator("#connection")).to_have_text("Ponowne łączenie…")
    assert await faults(page) == []


async def test_colleagues_see_each_other_look_write_note_and_answer(
    quiet: Demo, new_page: OpenPage, problems: list[str]
) -> None:
    ala = await new_page(locale="en-GB")
    beata = await new_page(locale="pl-PL", color_scheme="dark", viewport={"width": 360, "height": 740})
    await at_the_desk(ala, quiet, "agent")
    await at_the_desk(beata, quiet, "supervisor")
    with quiet.control() as control:
        text = {"from": "+14255550181", "to": quiet.acs["phone_numbers"][0], "text": "Who answers?"}
        control.post("/_local/sms", json=text).raise_for_status()
    await ala.locator("#offers").get_by_role("button", name="Accept").click()
    await expect(ala.get_by_role("log")).to_contain_text("Who answers?")

    await beata.goto(ala.url)

    await expect(ala.locator("#company")).to_have_text("Also here: Beata")
    await expect(beata.locator("#company")).to_have_text("Są tu też: Ala")
    await beata.locator("#reply").press_sequentially("Ja")
    await expect(ala.locator("#company")).to_have_text("Writing now: Beata")
    assert await faults(ala) == []

    await ala.locator("#note").fill("I know her.")
    await ala.get_by_role("button", name="Save the note").press("Enter")
    await expect(beata.locator(".note .bubble")).to_have_text("I know her.")
    await expect(ala.locator("#note")).to_have_value("")

    await ala.locator("#reply").fill("I do.")
    await ala.locator("#reply").press("Enter")
    await expect(beata.get_by_role("log")).to_contain_text("I do.")
    await beata.locator("#reply").press("Enter")
    await expect(beata.locator("#reply-error")).to_contain_text("odpowiedział ktoś inny (Ala)")
    await expect(beata.locator("#reply")).to_have_value("Ja")
    assert await faults(beata) == []
    problems.clear()  # the browser writes every 422 into its console
    await beata.locator("#reply").press("Enter")
    await expect(beata.get_by_role("log").locator(".outbound .bubble")).to_have_text(["I do.", "Ja"])

    await beata.goto(f"{quiet.hub['url']}/desk/")
    await expect(ala.locator("#company")).to_have_text("")
