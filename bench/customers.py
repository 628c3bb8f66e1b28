"""Customers who write: a few very often, most seldom (Zipf), and texts of theirs as rows of the inbox."""

import random
from bisect import bisect
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import accumulate, count
from typing import Any
from uuid import uuid4

import msgspec

from bench.connected import NUMBERS
from bench.hub import Hub

RECEIVED = "Microsoft.Communication.SMSReceived"
KNOWN = 100_000
WORDS = ("Where is my parcel?", "Dzień dobry, kiedy będzie kurier?", "Thanks!", "I moved house last week. " * 4)
COPY = """
    copy inbox_event (event_id, type, subject, body, endpoint, misdirected, subscription, received_at, state, error)
    from stdin
"""


class Customers:
    """`seed` makes a run like the one before."""

    def __init__(self, known: int = KNOWN, *, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._weights = list(accumulate(1 / rank for rank in range(1, known + 1)))
        self._strangers = count(known)
        self.known = known

    def everybody(self) -> Iterator[int]:
        return iter(range(self.known))

    def some(self, many: int, *, strangers: float = 0.2) -> Iterator[int]:
        """So many texts' senders. Of these a share write for the first time ever, each of them once."""
        for _ in range(many):
            if self._random.random() < strangers:
                yield next(self._strangers)
            else:
                yield bisect(self._weights, self._random.random() * self._weights[-1])


def write(hub: Hub, customers: Iterable[int]) -> int:
    """Puts a text of each into the inbox in one transaction, as a burst that nobody could handle yet."""
    at, written = datetime.now(UTC), 0
    with hub.connection.transaction(), hub.connection.cursor() as cursor:
        with cursor.copy(COPY) as copy:
            for customer in customers:
                copy.write_row(_row(customer, at, hub.endpoint))
                written += 1
        cursor.execute("select pg_notify('inbox', '')")
    return written


def _row(customer: int, at: datetime, endpoint: str) -> tuple[object, ...]:
    body = event(customer, at)
    raw = msgspec.json.encode(body)
    return body["id"], RECEIVED, body["subject"], raw, endpoint, False, "SMS", at, "received", ""


def event(customer: int, at: datetime | None = None) -> dict[str, Any]:
    at = at or datetime.now(UTC)
    name = f"Incoming_{at:%Y%m%d%H%M%S}{uuid4()}"
    number = NUMBERS[customer % len(NUMBERS)].lstrip("+")
    return {
        "id": name,
        "topic": "/subscriptions/0d6b1c3a-0000-4000-8000-000000000001/resourcegroups/rg-bench"
        "/providers/microsoft.communication/communicationservices/acs-bench",
        "subject": f"/phonenumber/{number}",
        "data": {
            "messageId": name,
            "from": f"1425{customer:07d}",
            "to": number,
            "message": WORDS[customer % len(WORDS)],
            "receivedTimestamp": at,
            "segmentCount": 1,
        },
        "eventType": RECEIVED,
        "dataVersion": "1.0",
        "metadataVersion": "1",
        "eventTime": at,
    }
