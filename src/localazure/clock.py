"""The time the services live by: real time plus an offset that a test can move, at a pace that it can set."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from localazure.bell import Bell
from localazure.records.time import ClockOffset

EARLIEST, LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)  # every schedule has room there


def real_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Schedules (retries, expiry, reports) follow this clock; tokens and signatures follow real time.

    Clients keep their own clocks, so moving this one must not make their credentials look old. It runs forward only,
    also where the machine's own clock is put back; only `set` may turn it.
    """

    def __init__(self, setting: ClockOffset | None = None) -> None:
        self._setting = setting or ClockOffset()
        self._told = self._reading(real_time())
        self._moved = Bell()

    @property
    def setting(self) -> ClockOffset:
        return self._setting

    @property
    def offset(self) -> timedelta:
        """How far ahead of real time it is now."""
        real = real_time()
        return self._reading(real) - real

    def now(self) -> datetime:
        self._told = max(self._told, self._reading(real_time()))
        return self._told

    def after(self, seconds: float) -> datetime:
        return self.now() + timedelta(seconds=seconds)

    def moved(self, seconds: float, scale: float | None = None) -> ClockOffset:
        """The setting that is so much further on, and goes on at that pace or, without one, at its own."""
        real = real_time()
        ahead = (self._reading(real) - real).total_seconds() + seconds
        return ClockOffset(ahead, self._setting.scale if scale is None else scale, real)

    def set(self, setting: ClockOffset) -> None:
        """Wakes every sleeper, so that each looks at the time again."""
        self._setting = setting
        self._told = self._reading(real_time())
        self._moved.ring()

    async def sleep_until(self, when: datetime) -> None:
        """While the clock stands still, only a setting ends the wait."""
        while (remaining := (when - self.now()).total_seconds()) > 0:
            await self._moved.wait(remaining / self._setting.scale if self._setting.scale else None)

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.after(seconds))

    def _reading(self, real: datetime) -> datetime:
        """Real seconds since the setting count `scale` times; none where the machine was put back before it."""
        passed = max((real - self._setting.since).total_seconds(), 0)
        gained = self._setting.seconds + (passed * (self._setting.scale - 1) if self._setting.scale != 1 else 0)
        room = (LATEST - real).total_seconds()
        return real + timedelta(seconds=gained) if gained < room else LATEST


def possible(when: datetime) -> bool:
    """Whether a moment that somebody wrote has a zone, and can be told in UTC and reckoned with."""
    return when.tzinfo is not None and EARLIEST <= when <= LATEST


def http_date(text: str) -> datetime:
    """The moment a header names. Raises ValueError for whatever is none."""
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, OverflowError) as error:
        raise ValueError(text) from error
    if not possible(when):
        raise ValueError(text)
    return when


def timestamp(when: datetime) -> str:
    """ISO 8601 in UTC with seven digits and a Z, as Azure writes it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
