"""The guide's page about calls: its words are those of the pages, and its five minutes are walked in Chromium."""

import re
from itertools import chain
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from playwright.async_api import expect

from browser_fixtures import OpenPage
from guide.book import GUIDE, LANGUAGES, chapters, labels, steps
from guide.walk import Walk
from journey.test_desk_tabs import leave
from journey.test_offers import at_the_desk
from looking import administer
from running_demo import Demo, running_demo, until

PAGE = "calls."
FIVE_MINUTES = 1
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
CATALOGUE = Path(__file__).parents[2] / "src" / "centrala" / "locale" / "pl" / "LC_MESSAGES" / "django.po"
SILENCE = -55  # decibels


def words_of_the_pages() -> set[tuple[str, str]]:
    """Each of them in English and in Polish; one whose numbers have forms of their own is no label."""
    with CATALOGUE.open("rb") as file:
        return {(message.id, message.string) for message in read_po(file) if isinstance(message.id, str)}


def test_labels_are_those_of_the_pages_in_both_languages() -> None:
    english, polish = ([labels(text) for text in chapters(language, PAGE)] for language in ("en", "pl"))

    assert [len(one) for one in english] == [len(one) for one in polish]
    named = set(zip(chain(*english), chain(*polish), strict=True))
    assert named - words_of_the_pages() == set()
    assert len(named) > 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_of_it_leads_somewhere(language: str) -> None:
    links = LINK.findall((GUIDE / f"{PAGE}{language}.md").read_text("utf-8"))

    assert f"{language}.md" in links
    assert [link for link in links if not (GUIDE / link).is_file()] == []


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.parametrize(("language", "keyboard"), [("en", False), ("pl", True)], ids=["en-mouse", "pl-keyboard"])
async def test_five_minutes_lead_to_a_call(
    language: str,
    keyboard: bool,
    tmp_path_factory: pytest.TempPathFactory,
    new_page: OpenPage,
    problems: list[str],
) -> None:
    walk = Walk([*chain(*steps(language, FIVE_MINUTES, PAGE))], keyboard=keyboard)
    with running_demo(tmp_path_factory.mktemp("calls")) as demo:
        center, desk = await new_page(locale=LANGUAGES[language]), await new_page(locale=LANGUAGES[language])
        await administer(center, demo)
        await at_the_desk(desk, demo)

        for _ in range(2):
            await walk.press(center)
        await walk.fill(center, "Hotline")
        await walk.open(center, "+1 833-555-0100")
        await center.get_by_role("combobox", name=walk.label(), exact=True).select_option(label="English")
        await walk.press(center)
        await walk.open(center, "Hotline")
        await walk.press(center)
        await walk.fill(center, "Thank you for calling our hotline.")
        await walk.press(center)
        await center.wait_for_selector(".bar.ok")
        call = ring(demo)
        await desk.locator("#offers").get_by_role("button", name=walk.label()).click()
        walk.arrive([])

        await expect(desk.locator("#work .heading")).to_contain_text("Hotline")
        assert any(window["level"] > SILENCE for window in until(lambda: heard(demo, call)))
        hang_up(demo, call)
        await leave(desk, problems)


def ring(demo: Demo) -> str:
    with demo.control() as control:
        body = {"from": "+14255550177", "to": "+18335550100", "script": [{"wait": 60}]}
        return str(control.post("/_local/calls", json=body).raise_for_status().json()["id"])


def heard(demo: Demo, call: str) -> list[dict[str, float]]:
    """Two seconds at least of what the telephone heard."""
    with demo.control() as control:
        windows = control.get(f"/_local/calls/{call}/heard").raise_for_status().json()["windows"]
    return list(windows) if len(windows) >= 20 else []


def hang_up(demo: Demo, call: str) -> None:
    with demo.control() as control:
        control.delete(f"/_local/calls/{call}").raise_for_status()
