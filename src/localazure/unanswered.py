"""Requests that nobody here answers yet, for the portal to show."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

KEPT = 50


@dataclass(frozen=True, kw_only=True)
class Unanswered:
    """Answered 501. The path comes without telephone numbers."""

    at: datetime
    method: str
    path: str


def none_yet() -> deque[Unanswered]:
    return deque(maxlen=KEPT)
