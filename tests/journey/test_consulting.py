"""Ala asks Beata into a call: the two talk alone, then all three, then the call is Beata's."""

import pytest
from playwright.async_api import Page, expect

from journey.test_desk_calls import (
    AGENT,
    LOUD,
    Telephone,
    accept,
    beside,
    calm,
    close,
    desk,
    is_tone,
    shown,
    talking,
)
from journey.test_offers import at_the_desk
from looking import faults
from running_demo import Demo, until

pytestmark = [pytest.mark.browser, pytest.mark.long]
__all__ = ["beside", "calm", "desk", "talking"]


async def ask(desk: Page, conversation: str) -> None:
    await desk.goto(f"{conversation}consult")
    assert await faults(desk) == []
    await desk.get_by_label("Whom do you ask?").select_option(label="Beata · Available")
    await desk.get_by_role("button", name="Ask", exact=True).click()


async def test_colleague_is_asked_in_talks_with_the_agent_alone_then_with_all_and_gets_the_call(
    calm: Demo, desk: Page, beside: Page, problems: list[str]
) -> None:
    telephone = Telephone(calm, "+14255550191")
    await accept(desk)
    conversation = desk.url
    await at_the_desk(beside, calm, "supervisor")  # only now: she would be offered the call

    await ask(desk, conversation)
    await expect(beside.locator("#offers")).to_contain_text("Ala prosi Cię o radę")
    assert await faults(beside) == []
    await beside.locator("#offers").get_by_role("button", name="Odrzuć").click()
    await expect(desk.locator("#call-facts")).to_contain_text("Beata declined.")
    until(lambda: telephone.hears(AGENT))

    await ask(desk, conversation)
    await beside.locator("#offers").get_by_role("button", name="Przyjmij").click()
    await expect(beside.locator("#phone")).to_have_attribute("data-mode", "consulted")
    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "held")
    await expect(desk.locator("#phone-company")).to_have_text("Beata hears you.")
    until(telephone.hears_music)
    await shown(desk, "level-customer", above=LOUD)  # Beata
    await shown(beside, "level-customer", above=LOUD)  # Ala
    assert await faults(desk) == []
    assert await faults(beside) == []

    await desk.get_by_role("button", name="Hold").click()
    await expect(beside.locator("#phone")).to_have_attribute("data-mode", "conferring")
    await expect(desk.locator("#phone-company")).to_have_text("Beata is in the call: all hear each other.")
    await desk.get_by_role("button", name="Mute").click()
    until(lambda: telephone.hears(AGENT))  # it is Beata

    await desk.get_by_role("button", name="Hand the call to Beata").click()
    await expect(beside.locator("#phone")).to_have_attribute("data-mode", "talking")
    await expect(desk.locator("#phone-words")).to_have_text("The call is not yours any more.")
    await shown(beside, "level-customer", above=LOUD)
    until(lambda: telephone.hears(AGENT))

    await beside.reload()
    await expect(beside.locator("#phone")).to_have_attribute("data-mode", "talking")
    telephone.hang_up()
    await expect(beside.locator("#phone-words")).to_have_text("Połączenie zakończone.")
    await beside.goto(conversation)
    await beside.locator("#act-close").click()
    await expect(beside.locator("#act-close")).to_have_count(0)
    assert problems == []


async def test_colleague_who_leaves_or_is_not_needed_any_more_is_out_and_the_two_stay_alone_whatever_dies(
    calm: Demo, desk: Page, beside: Page, problems: list[str]
) -> None:
    telephone = Telephone(calm, "+14255550192")
    await accept(desk)
    conversation = desk.url
    await at_the_desk(beside, calm, "supervisor")

    await ask(desk, conversation)
    await beside.locator("#offers").get_by_role("button", name="Przyjmij").click()
    await expect(beside.locator("#phone")).to_have_attribute("data-mode", "consulted")
    await beside.reload()
    await expect(beside.locator("#phone")).to_have_attribute("data-mode", "consulted")
    await beside.locator("#calls").get_by_role("button", name="Opuść rozmowę").click()
    await expect(desk.locator("#phone-company")).to_be_empty()
    await expect(beside.locator("#calls li")).to_have_count(0)
    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "held")

    await ask(desk, conversation)
    await beside.locator("#offers").get_by_role("button", name="Przyjmij").click()
    await expect(desk.locator("#phone-company")).to_have_text("Beata hears you.")
    before = telephone.windows()
    calm.kill("web")
    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "lost")
    await expect(desk.locator("#phone")).to_have_attribute("data-mode", "held", timeout=90_000)
    await expect(beside.locator("#phone")).to_have_attribute("data-mode", "consulted", timeout=90_000)
    await expect(desk.locator("#phone-company")).to_have_text("Beata hears you.")
    await expect(desk.locator("#connection")).to_have_attribute("data-state", "live", timeout=90_000)
    await expect(beside.locator("#connection")).to_have_attribute("data-state", "live", timeout=90_000)
    problems.clear()  # of a hub that was away
    until(telephone.hears_music)
    assert not any(is_tone(window, AGENT) for window in telephone.windows()[len(before) :])
    await desk.get_by_role("button", name="Go on without Beata").click()
    await expect(beside.locator("#calls li")).to_have_count(0)
    await expect(beside.locator("#phone-words")).to_have_text("Rozmowa toczy się dalej bez Ciebie.")
    await desk.get_by_role("button", name="Hold").click()
    until(lambda: telephone.hears(AGENT))
    telephone.hang_up()
    await expect(desk.locator("#call-facts")).to_contain_text("The customer hung up")
    await close(desk)
