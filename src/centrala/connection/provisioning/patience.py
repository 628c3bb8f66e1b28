"""How long a run waits, and how often it asks again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from centrala.azure.cloud import Cloud


def utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds, but for the two spans. `tries` holds for each piece; `sleep` and `now` are for callers that have other
    means to wait, a page that is closing for example."""

    tries: int = 6
    pause: float = 1.0  # doubled each time
    longest_pause: float = 60.0
    between_handshakes: float = 15.0
    between_looks: float = 2.0
    spreading: timedelta = timedelta(minutes=15)
    registering: timedelta = timedelta(minutes=5)
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = utc

    @classmethod
    def with_cloud(cls, cloud: Cloud) -> "Patience":
        """A cloud on the same machine need not be spared."""
        if cloud.is_public:
            return cls()
        return cls(pause=0.1, longest_pause=2.0, between_handshakes=0.5, between_looks=0.1)

    def wait_of(self, attempt: int, asked: float | None) -> float:
        """Before the next attempt; the service's own wish counts where it has one."""
        return min(self.longest_pause, self.pause * 2 ** (attempt - 1) if asked is None else asked)
