"""Ala asks an expert outside by telephone: the two talk alone, then all three, then the call is the expert's."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from browser_fixtures import PATIENCE
from journey.dialling import allow, calls_to, order
from journey.test_desk_calls import AGENT, CUSTOMER, LOUD, Telephone, accept, close, desk, is_tone, shown, talking, tone
from looking import faults
from running_demo import Demo, running_demo, until

pytestmark = [pytest.mark.browser, pytest.mark.long]
__all__ = ["desk", "talking"]
EXPERT = 1500  # hertz of what is said outside; see test_desk_calls


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("outside")) as running:
        allow(running)
        yield running


def spaced(number: str) -> str:
    """As a page writes it: +1 425-555-0199."""
    return f"{number[:2]} {number[2:5]}-{number[5:8]}-{number[8:]}"


class Expert:
    """A telephone outside that answers after a second, and says a tone."""

    def __init__(self, demo: Demo, number: str, **more: Any) -> None:
        self._demo, self.number, self.name = demo, number, spaced(number)
        said = base64.b64encode(tone(EXPERT, seconds=60, rate=16_000)).decode()
        order(demo, number, **{"when_called": "answer", "after_seconds": 1, "script": [{"play": said}]} | more)

    @property
    def calls(self) -> list[dict[str, Any]]:
        return calls_to(self._demo, self.number)

    @property
    def states(self) -> list[str]:
        """Of the calls to it."""
        return [str(one["state"]) for one in self.calls]

    def hears(self, hertz: float) -> bool:
        windows = self._heard()["windows"][-10:]
        return sum(is_tone(one, hertz) for one in windows) >= 5

    @property
    def keys(self) -> str:
        """That it heard."""
        return str(self._heard()["keys"])

    def _heard(self) -> dict[str, Any]:
        with self._demo.control() as control:
            path = f"/_local/calls/{self.calls[-1]['id']}/heard"
            heard: dict[str, Any] = control.get(path, params={"party": f"4:{self.number}"}).json()
        return heard

    def hang_up(self) -> None:
        with self._demo.control() as control:
            control.delete(f"/_local/calls/{self.calls[-1]['id']}").raise_for_status()


def talk_on(demo: Demo, call: str, hertz: int) -> None:
    """For two minutes more: the first minute may be over on a slow machine."""
    said = base64.b64encode(tone(hertz, seconds=60, rate=16_000)).decode()
    with demo.control() as control:
        for _ in range(2):
            control.post(f"/_local/calls/{call}/steps", json={"script": [{"play": said}]}).raise_for_status()


async def ask(desk: Page, conversation: str, number: str) -> None:
    await desk.goto(f"{conversation}consult")
    await desk.get_by_label("Or a number outside").fill(number)
    assert await faults(desk) == []
    await desk.get_by_role("button", name="Ask", exact=True).press("Enter")
    await expect(desk.locator("#call-facts")).to_contain_text("is being called. You talk with the customer")


async def with_the_expert(desk: Page, expert: Expert) -> None:
    await expect(desk.locator("#phone-company")).to_have_text(f"{expert.name} hears you.", timeout=PATIENCE * 2)
    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "held")


async def test_expert_outside_is_asked_alone_then_with_the_customer_and_gets_the_call(calm: Demo, desk: Page) -> None:
    telephone, expert = Telephone(calm, "+14255550161"), Expert(calm, "+14255550162")
    await accept(desk)
    conversation = desk.url

    await ask(desk, conversation, "4255550162")
    await with_the_expert(desk, expert)
    talk_on(calm, telephone.id, CUSTOMER)
    talk_on(calm, expert.calls[0]["id"], EXPERT)
    until(telephone.hears_music)
    before = len(telephone.windows())
    until(lambda: expert.hears(AGENT))
    await shown(desk, "level-customer", above=LOUD)  # the expert
    assert await faults(desk) == []
    await desk.get_by_role("button", name="Keypad").click()
    await desk.locator("#keypad [data-key='5']").click()
    until(lambda: expert.keys == "5")
    await desk.keyboard.press("Escape")
    assert telephone.keys == ""
    heard = telephone.windows()[before:]
    assert not any(is_tone(one, AGENT) or is_tone(one, EXPERT) for one in heard)

    await desk.get_by_role("button", name="Mute").click()
    await desk.get_by_role("button", name="Hold", exact=True).click()
    until(lambda: telephone.hears(EXPERT))
    until(lambda: expert.hears(CUSTOMER))

    await desk.get_by_role("button", name="Hold", exact=True).click()
    until(telephone.hears_music)
    await desk.get_by_role("button", name=f"Hand the call to {expert.name}").click()
    await expect(desk.locator("#phone-words")).to_have_text("The call is not yours any more.")
    await expect(desk.locator("#call-facts")).to_contain_text(f"The customer talks with {expert.name}")
    until(lambda: telephone.hears(EXPERT))
    until(lambda: expert.hears(CUSTOMER))
    assert await faults(desk) == []
    await close(desk)
    assert telephone.state == "connected"

    expert.hang_up()
    until(lambda: telephone.state == "ended", 30)
    await expect(desk.locator("#call-facts")).to_contain_text("The customer was transferred to another number")
    await expect(desk.locator("#call-facts")).to_contain_text(f"Transferred to{expert.name}")


async def test_agent_goes_on_without_the_expert_and_the_customer_is_back(calm: Demo, desk: Page) -> None:
    telephone, expert = Telephone(calm, "+14255550163"), Expert(calm, "+14255550164")
    await accept(desk)
    conversation = desk.url
    await ask(desk, conversation, expert.number)
    await with_the_expert(desk, expert)

    await desk.get_by_role("button", name=f"Go on without {expert.name}").click()

    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "talking")
    await expect(desk.locator("#phone-company")).to_be_empty()
    until(lambda: telephone.hears(AGENT))
    until(lambda: expert.states == ["ended"])

    await ask(desk, conversation, expert.number)
    await with_the_expert(desk, expert)
    expert.hang_up()
    await expect(desk.locator("#call-facts")).to_contain_text(f"{expert.name} hung up. The customer is with you.")
    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "talking")
    until(lambda: telephone.hears(AGENT))

    await ask(desk, conversation, expert.number)
    await with_the_expert(desk, expert)
    telephone.hang_up()
    await expect(desk.locator("#call-facts")).to_contain_text("The customer hung up")
    until(lambda: expert.states == ["ended"] * 3)
    await close(desk)


async def test_two_find_each_other_again_whatever_dies_and_the_customer_hears_music_alone(
    calm: Demo, desk: Page, problems: list[str]
) -> None:
    telephone, expert = Telephone(calm, "+14255550168"), Expert(calm, "+14255550169")
    await accept(desk)
    await ask(desk, desk.url, expert.number)
    await with_the_expert(desk, expert)
    until(telephone.hears_music)
    before = len(telephone.windows())

    await desk.reload()
    await with_the_expert(desk, expert)
    until(lambda: expert.hears(AGENT))

    calm.kill("web")
    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "lost")
    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "held", timeout=90_000)
    await expect(desk.locator("#phone-company")).to_have_text(f"{expert.name} hears you.", timeout=90_000)
    await expect(desk.locator("#connection")).to_have_attribute("data-state", "live", timeout=90_000)
    problems.clear()  # of a hub that was away
    until(lambda: expert.hears(AGENT), 60)
    until(telephone.hears_music)
    assert not any(is_tone(one, AGENT) or is_tone(one, EXPERT) for one in telephone.windows()[before:])
    assert expert.states == ["connected"]

    telephone.hang_up()
    await expect(desk.locator("#call-facts")).to_contain_text("The customer hung up")
    until(lambda: expert.states == ["ended"])
    await close(desk)


@pytest.mark.parametrize(
    ("number", "when_called", "words"),
    [
        ("+14255550166", "busy", "is busy. The customer is with you."),
        ("+14255550167", "decline", "declined the call. The customer is with you."),
    ],
)
async def test_expert_who_does_not_come_leaves_the_customer_with_the_agent_who_is_told_why(
    calm: Demo, desk: Page, number: str, when_called: str, words: str
) -> None:
    telephone, expert = Telephone(calm, "+14255550165"), Expert(calm, number, when_called=when_called)
    await accept(desk)

    await ask(desk, desk.url, number)

    await expect(desk.locator("#call-facts")).to_contain_text(f"{expert.name} {words}")
    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "talking")
    until(lambda: telephone.hears(AGENT))
    telephone.hang_up()
    await expect(desk.locator("#call-facts")).to_contain_text("The customer hung up")
    await close(desk)
