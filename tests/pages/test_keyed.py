"""How live parts enter the page: rows keep their identity, so that focus and place stay (static/centrala/keyed.js)."""

import base64
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page

import centrala

MODULE = Path(centrala.__file__).parent / "static/centrala/keyed.js"
PREPARE = """async (url) => {
  const { install } = await import(url);
  install({ defineExtension: (name, extension) => { window.extension = extension; } });
  window.swap = (style, id, html) => {
    const fragment = document.createRange().createContextualFragment(html);
    return extension.handleSwap(style, document.getElementById(id), fragment).map((row) => row.id);
  };
}"""

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(loop_scope="session")
async def swapping(page: Page) -> Page:
    await page.evaluate(PREPARE, "data:text/javascript;base64," + base64.b64encode(MODULE.read_bytes()).decode())
    return page


def row(name: str, words: str = "") -> str:
    return f'<li id="{name}"><a id="open-{name}" href="#">{words or name}</a></li>'


def message(name: str, order: str, words: str = "") -> str:
    return f'<li id="{name}" class="message" data-order="{order}">{words or name}</li>'


def day(name: str, *messages: str) -> str:
    return f'<section class="day" id="day-{name}" data-order="{name}"><ol>{"".join(messages)}</ol></section>'


def thread(*days: str) -> str:
    style = "height:100px;overflow:auto;position:relative;overflow-anchor:none"
    tall = "<style>li {height: 40px} ol {margin: 0}</style>"
    return f'{tall}<div class="scroller" id="scroller" style="{style}"><div id="messages">{"".join(days)}</div></div>'


async def ids(page: Page, selector: str) -> list[str]:
    found: list[str] = await page.locator(selector).evaluate_all("rows => rows.map((row) => row.id)")
    return found


async def test_list_becomes_what_came_and_tells_what_is_new(swapping: Page) -> None:
    await swapping.set_content(f'<ul id="list">{row("a")}{row("b")}{row("c")}</ul>')

    changed = await swapping.evaluate(
        "html => swap('reconcile', 'list', html)", row("n") + row("c") + row("a", "other")
    )

    assert await ids(swapping, "li") == ["n", "c", "a"]
    assert changed == ["n", "a"]
    assert await swapping.locator("#a").inner_text() == "other"


async def test_row_that_moves_keeps_the_focus(swapping: Page) -> None:
    await swapping.set_content(f'<ul id="list">{row("a")}{row("b")}</ul>')
    await swapping.locator("#open-b").focus()

    await swapping.evaluate("html => swap('reconcile', 'list', html)", row("b", "newer") + row("a"))

    assert await swapping.evaluate("document.activeElement.id") == "open-b"


async def test_late_message_takes_its_place_and_nothing_is_lost(swapping: Page) -> None:
    await swapping.set_content(thread(day("2026-01-02", message("m1", "1"), message("m3", "3"))))

    changed = await swapping.evaluate(
        "html => swap('merge', 'messages', html)",
        day("2026-01-01", message("m0", "0")) + day("2026-01-02", message("m2", "2"), message("m3", "3", "Delivered")),
    )

    assert await ids(swapping, ".message") == ["m0", "m1", "m2", "m3"]
    assert await ids(swapping, ".day") == ["day-2026-01-01", "day-2026-01-02"]
    assert changed == ["m0", "m2", "m3"]


async def test_reader_at_the_bottom_stays_there(swapping: Page) -> None:
    await swapping.set_content(thread(day("2026-01-01", *(message(f"m{n}", str(n)) for n in range(1, 6)))))
    await swapping.evaluate("scroller.scrollTop = scroller.scrollHeight")

    await swapping.evaluate("html => swap('merge', 'messages', html)", day("2026-01-01", message("m6", "6")))

    assert await swapping.evaluate("scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight") == 0


async def test_what_is_being_read_does_not_move(swapping: Page) -> None:
    await swapping.set_content(thread(day("2026-01-02", *(message(f"m{n}", str(n)) for n in range(1, 9)))))
    await swapping.evaluate(
        "scroller.scrollTop = 80; document.addEventListener('thread:below', () => { window.below = true; })"
    )
    top = "document.getElementById('m3').getBoundingClientRect().top"
    before = await swapping.evaluate(top)

    await swapping.evaluate("html => swap('merge', 'messages', html)", day("2026-01-01", message("m0", "0")))
    assert await swapping.evaluate("window.below ?? false") is False
    await swapping.evaluate("html => swap('merge', 'messages', html)", day("2026-01-02", message("m9", "9")))

    assert await swapping.evaluate(top) == before
    assert await swapping.evaluate("window.below") is True


async def test_countdown_that_runs_is_no_difference(swapping: Page) -> None:
    offer = '<li id="offer-1">Where is it? <span data-left="2026-11-27T12:00:00Z">{}</span></li>'
    await swapping.set_content(f'<ul id="list">{offer.format("1:59")}</ul>')
    await swapping.evaluate(PREPARE, "data:text/javascript;base64," + base64.b64encode(MODULE.read_bytes()).decode())

    assert await swapping.evaluate("html => swap('reconcile', 'list', html)", offer.format("")) == []
    assert await swapping.locator("[data-left]").text_content() == "1:59"
    changed = offer.format("").replace("it?", "my parcel?")
    assert await swapping.evaluate("html => swap('reconcile', 'list', html)", changed) == ["offer-1"]
