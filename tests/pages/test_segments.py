"""The counter of the reply box: how many SMS a text becomes, after 3GPP TS 23.038 and 23.040."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

import centrala
from centrala.conversations import segments

MODULE = Path(centrala.__file__).parent / "static/centrala/segments.js"
IMPORT = "async ([url, text]) => (await import(url)).measure(text)"

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """One for all: the functions under test keep nothing."""
    page = await browser.new_page()
    yield page
    await page.close()


async def measured(page: Page, text: str) -> dict[str, Any]:
    url = "data:text/javascript;base64," + base64.b64encode(MODULE.read_bytes()).decode()
    result: dict[str, Any] = await page.evaluate(IMPORT, [url, text])
    return result


@pytest.mark.parametrize(
    ("text", "characters", "parts", "left"),
    [
        ("", 0, 0, 160),
        ("a" * 160, 160, 1, 0),
        ("a" * 161, 161, 2, 145),
        ("a" * 306, 306, 2, 0),
        ("a" * 307, 307, 3, 152),
        ("€" * 80, 80, 1, 0),  # the euro sign takes two places
        ("a" * 152 + "€" + "a" * 10, 163, 2, 141),  # and never straddles two parts
        ("Où? Ça: £5 @ 10%\n", 17, 1, 143),
    ],
    ids=lambda value: str(value)[:12],
)
async def test_gsm_text_counts_160_then_153(page: Page, text: str, characters: int, parts: int, left: int) -> None:
    result = await measured(page, text)

    assert result == {"characters": characters, "parts": parts, "left": left, "alphabet": "gsm", "culprit": None}
    assert segments.count(text) == max(parts, 1)


@pytest.mark.parametrize(
    ("text", "characters", "parts", "left", "culprit"),
    [
        ("ż", 1, 1, 69, "ż"),
        ("a" * 69 + "ą", 70, 1, 0, "ą"),
        ("a" * 70 + "ą", 71, 2, 63, "ą"),
        ("a" * 66 + "😀" + "a" * 5, 72, 2, 60, "😀"),  # two places that stay together
        ("ç", 1, 1, 69, "ç"),  # only the capital one is in the alphabet
    ],
    ids=lambda value: str(value)[:12],
)
async def test_other_letters_count_70_then_67(
    page: Page, text: str, characters: int, parts: int, left: int, culprit: str
) -> None:
    result = await measured(page, text)

    expected = {"characters": characters, "parts": parts, "left": left, "alphabet": "ucs2", "culprit": culprit}
    assert result == expected
    assert segments.count(text) == parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zażółć gęślą jaźń. ŁÓDŹ", "Zazolc gesla jazn. LODZ"),
        ("„Cześć” – napisała…", '"Czesc" - napisala...'),
        ("Où? Ça: £5", "Où? Ça: £5"),  # what the alphabet has, stays
        ("e\u0301", "é"),
        ("😀 привет", "😀 привет"),  # no accents to leave out
    ],
)
async def test_text_without_diacritics_keeps_all_that_an_sms_can_hold(page: Page, text: str, expected: str) -> None:
    url = "data:text/javascript;base64," + base64.b64encode(MODULE.read_bytes()).decode()

    assert await page.evaluate("async ([url, text]) => (await import(url)).plain(text)", [url, text]) == expected
