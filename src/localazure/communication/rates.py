"""How much of something was done lately, and whether more may be."""

import math
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many units in any `seconds` that follow one another."""

    units: int
    seconds: int


class Rates:
    """Lives in memory only: a restart forgives."""

    def __init__(self) -> None:
        self._spent: dict[str, deque[tuple[datetime, int]]] = {}

    def spend(self, pool: str, units: int, limit: Limit, now: datetime) -> int:
        """0 and the units are spent; else nothing is, and the answer says in how many seconds to come again."""
        spent = self._spent.setdefault(pool, deque())
        window = timedelta(seconds=limit.seconds)
        while spent and spent[0][0] + window <= now:
            spent.popleft()
        excess = sum(count for _, count in spent) + units - limit.units
        if excess <= 0:
            spent.append((now, units))
            return 0
        return _wait(spent, excess, window, now) or limit.seconds

    def clear(self) -> None:
        self._spent.clear()


def _wait(spent: deque[tuple[datetime, int]], excess: int, window: timedelta, now: datetime) -> int:
    """Until enough of the oldest has left the window; 0 when it never will be enough."""
    for at, count in spent:
        excess -= count
        if excess <= 0:
            return max(1, math.ceil((at + window - now).total_seconds()))
    return 0
