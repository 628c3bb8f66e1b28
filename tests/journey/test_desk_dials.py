"""Ala dials in her browser: she hears it ring, then the customer, and the customer hears her."""

import base64
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from browser_fixtures import PATIENCE
from journey.dialling import allow, calls_to, order
from journey.test_desk_calls import AGENT, CUSTOMER, LOUD, desk, shown, talking, tone
from looking import faults
from running_demo import Demo, running_demo, until

__all__ = ["desk", "talking"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("dialling")) as running:
        allow(running)
        yield running


def hears(demo: Demo, number: str, hertz: float) -> bool:
    [call] = calls_to(demo, number)
    with demo.control() as control:
        heard = control.get(f"/_local/calls/{call['id']}/heard", params={"party": f"4:{number}"}).json()
    return sum(abs((one["hertz"] or 0) - hertz) < 3 for one in heard["windows"][-10:]) >= 5


async def open_dialler(desk: Page, name: str = "Call a number") -> None:
    await desk.get_by_role("link", name=name).click()
    await expect(desk.locator("#dial")).to_be_visible()


async def test_agent_hears_it_ring_and_then_the_customer(calm: Demo, desk: Page) -> None:
    number = "+14255550151"
    said = base64.b64encode(tone(CUSTOMER, seconds=60, rate=16_000)).decode()
    order(calm, number, when_called="answer", after_seconds=6, script=[{"play": said}])
    await open_dialler(desk)
    assert await faults(desk) == []
    for key in "4255550151":
        await desk.locator(f"#dial [data-key='{key}']").click()
    await expect(desk.locator("#dial [name=number]")).to_have_value("4255550151")

    await desk.keyboard.press("Tab")
    await desk.locator("#dial button[type=submit]").press("Enter")

    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "ringing")
    await shown(desk, "level-customer", above=LOUD)  # the tone of the ringing
    assert await faults(desk) == []
    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "talking", timeout=PATIENCE)
    until(lambda: hears(calm, number, AGENT))
    await shown(desk, "level-customer", above=LOUD)

    await desk.locator("#calls .hang-up").click()
    await expect(desk.locator("#phone-words")).to_have_text("The call is over.")
    until(lambda: calls_to(calm, number)[0]["state"] == "ended")
    await desk.locator("#act-close").click()
    await expect(desk.locator("#act-close")).to_have_count(0)  # until then it takes capacity


async def test_busy_number_is_told_as_such(calm: Demo, desk: Page) -> None:
    number = "+14255550152"
    order(calm, number, when_called="busy", after_seconds=2)
    await open_dialler(desk)
    await desk.locator("#dial [name=number]").fill(number)
    await desk.locator("#dial button[type=submit]").click()

    await expect(desk.locator("#phone-words")).to_have_text("The number is busy.", timeout=PATIENCE)
    await expect(desk.locator(".call-words")).to_have_text("Busy")
    await desk.locator("#act-close").click()
    await expect(desk.locator("#act-close")).to_have_count(0)
    await desk.goto(f"{calm.hub['url']}/desk/dial")
    await expect(desk.locator(".recent li").first).to_contain_text("Busy")


async def test_number_that_was_busy_is_called_again_with_one_click(calm: Demo, desk: Page) -> None:
    number = "+14255550153"
    order(calm, number, when_called="busy", after_seconds=3)
    await open_dialler(desk)
    await desk.locator("#dial [name=number]").fill(number)
    await desk.locator("#dial button[type=submit]").click()
    await expect(desk.locator("#phone-words")).to_have_text("The number is busy.", timeout=PATIENCE)
    again = desk.locator("#call-facts").get_by_role("button", name="Call again")
    await expect(again).to_be_visible()
    first = desk.url
    assert await faults(desk) == []

    order(calm, number, when_called="answer", after_seconds=1)
    await again.press("Enter")  # out of the wrap-up

    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "talking", timeout=PATIENCE)
    await expect(desk.locator("#call-facts")).to_contain_text("Returns")
    await desk.locator("#calls .hang-up").click()
    await desk.locator("#act-close").click()
    await expect(desk.locator("#act-close")).to_have_count(0)
    await desk.locator("#call-facts dd a").click()
    await expect(desk).to_have_url(first)
    await expect(desk.locator("#call-facts")).to_contain_text("Called back")
    await desk.locator("#act-close").click()
    await expect(desk.locator("#act-close")).to_have_count(0)


@pytest.mark.parametrize("desk", [("pl-PL", "dark", 380)], indirect=True)
async def test_emergency_number_is_refused_in_polish_on_a_phone(calm: Demo, desk: Page, problems: list[str]) -> None:
    await open_dialler(desk, "Zadzwoń pod numer")
    await desk.locator("#dial [name=number]").fill("112")

    await desk.locator("#dial button[type=submit]").click()

    await expect(desk.locator("#dial .bar.danger")).to_have_text("Do nikogo nie zadzwoniono.")
    await expect(desk.locator("#dial .error")).to_contain_text("numer alarmowy")
    await expect(desk.locator("#dial [name=number]")).to_be_focused()
    assert await faults(desk) == []
    assert calls_to(calm, "112") == []
    [told] = problems  # by the browser, of the answer 422
    assert "422" in told
    problems.clear()
