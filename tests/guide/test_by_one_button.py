"""The guide's second chapter in Chromium, as it is written: Centrala does the Azure side for the administrator."""

from itertools import chain

import pytest
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from guide.book import LANGUAGES, steps
from guide.walk import Walk
from guide.windows import Windows, a_text_arrives, leave, opened
from running_demo import running_demo

pytestmark = [pytest.mark.browser, pytest.mark.long]

BY_BUTTON = 1
LONGEST = 120_000  # milliseconds: the machine may be busy


@pytest.mark.parametrize(("language", "keyboard"), [("pl", False), ("en", True)], ids=["pl-mouse", "en-keyboard"])
async def test_one_button_does_the_azure_side(
    language: str,
    keyboard: bool,
    tmp_path_factory: pytest.TempPathFactory,
    new_page: OpenPage,
    capsys: pytest.CaptureFixture[str],
) -> None:
    walk = Walk([*chain(*steps(language, BY_BUTTON))], keyboard=keyboard)
    with running_demo(tmp_path_factory.mktemp("guide"), "--unconnected") as demo:
        windows = await opened(demo, new_page, language)
        center = windows.center

        for _ in range(6):
            await walk.press(center)
        code_page = await new_page(locale=LANGUAGES[language])
        await sign_in_to_azure(walk, windows, code_page)
        await walk.press(center)
        await expect(center.get_by_text(walk.label(), exact=True)).to_be_visible(timeout=LONGEST)
        walk.arrive([])

        await a_text_arrives(windows)
        await leave(windows)
    with capsys.disabled():
        print(f"\nBy button ({language}{', keyboard alone' * keyboard}): {walk.clicks} clicks, {walk.fields} fields.")


async def sign_in_to_azure(walk: Walk, windows: Windows, page: Page) -> None:
    """On Azure's own page, whose words are not the guide's."""
    code = await windows.center.locator("#user-code").inner_text()
    address = await windows.center.locator("#azure-sign-in a[target=_blank]").get_attribute("href")
    adam = windows.demo.azure["people"]["adam"]
    await page.goto(str(address))
    await page.locator("#code").fill(code)
    await page.keyboard.press("Enter")
    await page.locator("#username").fill(adam["username"])
    await page.locator("#password").fill(adam["password"])
    await page.keyboard.press("Enter")
    walk.fields += 3
    walk.clicks += 2
