"""A Chromium for the session, a fresh context for each page, and no error in any console unless the test said so.

Playwright's async API on the session's loop: its sync API runs a loop of its own and cannot live beside asyncio's.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect

from centrala_plugin import NO_BROWSER, chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page may ask for, nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
]
PATIENCE = 30_000  # milliseconds: nothing is measured here, and the machine may be slow
GONE = "net::ERR_ABORTED"  # the page itself gave up: it was left, or closed its stream
RESULTS = Path("test-results")  # screenshots of failed tests
FAILED = pytest.StashKey[bool]()

OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    executable = chromium()
    if executable is None:
        pytest.skip(NO_BROWSER)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield running
        await running.close()


@pytest.fixture
def problems() -> list[str]:
    """What went wrong in the test's pages. A test that expects trouble looks at it and clears it."""
    return []


@pytest_asyncio.fixture(loop_scope="session")
async def new_page(browser: Browser, problems: list[str], request: pytest.FixtureRequest) -> AsyncIterator[OpenPage]:
    """Opens a page in a context of its own: `await new_page(locale="pl-PL", color_scheme="dark", ...)`.

    The options are those of Browser.new_context. Certificates are checked unless `ignore_https_errors=True`.
    """
    pages: list[Page] = []

    async def open_page(**options: Any) -> Page:  # Playwright's own options, passed on to it
        context = await browser.new_context(**{"locale": "en-US", "viewport": {"width": 1280, "height": 900}} | options)
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page = await context.new_page()
        watch(page, problems)
        pages.append(page)
        return page

    yield open_page
    if request.node.stash.get(FAILED, False):
        await keep_screenshots(pages, request.node.name)
    for page in pages:
        await page.context.close()
    assert problems == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(new_page: OpenPage) -> Page:
    return await new_page()


def watch(page: Page, problems: list[str]) -> None:
    def console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            problems.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def failed(request: Request) -> None:
        if request.failure != GONE:
            problems.append(f"request failed: {request.method} {request.url}: {request.failure}")

    page.on("console", console)
    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on("requestfailed", failed)


async def keep_screenshots(pages: list[Page], name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    safe = re.sub(r"[^\w.-]", "_", name)
    for number, page in enumerate(pages, 1):
        if not page.is_closed():
            await page.screenshot(path=RESULTS / f"{safe}-{number}.png")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report
