"""What a Copy button puts on the clipboard: not at once, and never what lay there before."""

import asyncio
from collections.abc import Awaitable

from playwright.async_api import Page

PATIENCE = 30  # seconds


async def copied(page: Page, press: Awaitable[None]) -> str:
    """`press` is the press of the button, not begun."""
    await page.evaluate("navigator.clipboard.writeText('')")
    await press
    async with asyncio.timeout(PATIENCE):
        while not (value := await page.evaluate("navigator.clipboard.readText()")):
            await asyncio.sleep(0.02)
    return str(value)
