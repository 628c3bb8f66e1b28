"""What a Copy button puts on the clipboard: not at once, and never what lay there before."""

import asyncio
from collections.abc import Awaitable, Callable

from playwright.async_api import Page

PATIENCE = 30  # seconds


async def copied(page: Page, press: Callable[[], Awaitable[None]]) -> str:
    """`press` presses the button of a page that has come whole."""
    await page.evaluate("navigator.clipboard.writeText('')")
    await press()
    async with asyncio.timeout(PATIENCE):
        while not (value := await page.evaluate("navigator.clipboard.readText()")):
            await asyncio.sleep(0.02)
    return str(value)
