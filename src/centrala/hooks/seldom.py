"""What is said of many like it: the first of each second. How many there were, the counters of /metrics tell."""

from datetime import datetime, timedelta
from uuid import UUID

SECOND = timedelta(seconds=1)


class Seldom:
    """By endpoint and word: of more than there are endpoints, each with a handful of words, nothing is kept."""

    def __init__(self) -> None:
        self._said: dict[tuple[UUID | None, str], datetime] = {}

    def may(self, endpoint: UUID | None, word: str, at: datetime) -> bool:
        said = self._said.get((endpoint, word))
        if said is not None and timedelta() <= at - said < SECOND:
            return False
        self._said[endpoint, word] = at
        return True
