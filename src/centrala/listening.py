"""PostgreSQL's notices for who lives in an event loop: one connection, found again after every loss."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping

import asyncpg

PROBE_SECONDS = 10.0
RETRY_SECONDS = 0.25
log = logging.getLogger(__name__)


async def listen(
    dsn: str, channels: Mapping[str, Callable[[str], None]], *, name: str, found: Callable[[], None]
) -> None:
    """For ever. `found` is called whenever the connection has come about: notices of the gap before are lost. `name`
    is what pg_stat_activity shows."""
    while True:
        try:
            await _listen(dsn, channels, name, found)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:  # a time-out is an OSError, too
            log.warning("%s lost the database (%s). Trying again.", name, type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)


async def _listen(
    dsn: str, channels: Mapping[str, Callable[[str], None]], name: str, found: Callable[[], None]
) -> None:
    """Until the connection breaks."""
    connection = await asyncpg.connect(dsn, timeout=PROBE_SECONDS, server_settings={"application_name": name})
    broken = asyncio.Event()
    connection.add_termination_listener(lambda _connection: broken.set())
    try:
        for channel, hear in channels.items():
            await connection.add_listener(channel, lambda _connection, _pid, _channel, told, hear=hear: hear(str(told)))
        found()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(broken.wait(), PROBE_SECONDS)
            await connection.execute("select 1", timeout=PROBE_SECONDS)  # which raises where it broke
    finally:
        connection.terminate()
