"""Several waits at once."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def first(*works: Coroutine[Any, Any, Any]) -> None:  # their results do not matter
    """Returns when one of them has ended; the others are cancelled."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
