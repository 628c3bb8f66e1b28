"""Threads for what waits: the database, Azure and files each have their own, so that none keeps the others waiting."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import connection as database

P = ParamSpec("P")
T = TypeVar("T")
DATABASE = ThreadPoolExecutor(4, "calls database")
TOLD = ThreadPoolExecutor(3, "calls told")
PULSE = ThreadPoolExecutor(1, "calls pulse")
AZURE = ThreadPoolExecutor(32, "calls azure")  # a caller hears it ring meanwhile
FILES = ThreadPoolExecutor(1, "calls files")


async def in_thread(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Something with the database."""
    return await _in(DATABASE, partial(work, *given, **named))


async def beside(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """With the database, too: what the service tells of calls, for which nobody waits who calls."""
    return await _in(TOLD, partial(work, *given, **named))


async def on_the_pulse(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """With the database, too, and whatever else waits for it."""
    return await _in(PULSE, partial(work, *given, **named))


async def at_azure(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    return await _in(AZURE, partial(work, *given, **named))


async def with_files(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    return await _in(FILES, partial(work, *given, **named))


async def _in(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    """A thread keeps no connection to the database."""

    def run() -> T:
        try:
            return work()
        finally:
            database.close()

    return await asyncio.get_running_loop().run_in_executor(pool, run)
