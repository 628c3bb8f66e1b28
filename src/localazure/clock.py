"""The time the services live by: real time plus an offset that a test can move."""

from datetime import UTC, datetime, timedelta

from localazure.bell import Bell


def real_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Schedules (retries, expiry, reports) follow this clock; tokens and signatures follow real time.

    Clients keep their own clocks, so moving this one must not make their credentials look old.
    """

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset
        self._moved = Bell()

    def now(self) -> datetime:
        return real_time() + self.offset

    def after(self, seconds: float) -> datetime:
        return self.now() + timedelta(seconds=seconds)

    def move_to(self, offset: timedelta) -> None:
        """Sets the offset and wakes every sleeper, so that each looks at the time again."""
        self.offset = offset
        self._moved.ring()

    async def sleep_until(self, when: datetime) -> None:
        while (remaining := (when - self.now()).total_seconds()) > 0:
            await self._moved.wait(remaining)

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.after(seconds))


def timestamp(when: datetime) -> str:
    """ISO 8601 in UTC with seven digits and a Z, as Azure writes it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
