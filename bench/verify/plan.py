"""What is published: texts that carry their own number, delivery reports, twins of both, shuffled, in batches.

Everything about an event follows from its serial number, so that a million of them take no room and each can be asked
for afterwards.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4, uuid5

from bench.connected import NUMBERS
from bench.scene import RECEIVED, REPORT

REPORTS = 0.1  # of all events
TWINS = 0.2  # more of them
OWN_IDS = 0.1  # of the twins: another event about the same message
SIZES = {1: 50, 2: 15, 5: 10, 20: 15, 100: 9, 1000: 1}  # of a batch, and how often
TEXTS_OF_A_CUSTOMER = 10  # on average: some write hundreds

Serial = tuple[int, bool]  # and whether it is a twin with an event id of its own


@dataclass(frozen=True)
class Text:
    provider_id: str
    customer: str
    number: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Sent:
    """A message of ours that left before the run; `recorded`: with the name that the service gave it."""

    id: UUID
    provider_id: str
    recorded: bool
    state: str  # that its reports leave it in


@dataclass(frozen=True)
class Plan:
    """`seed` makes a run like the one before, but for the ids."""

    events: int
    seed: int = 1
    run: UUID = field(default_factory=uuid4)
    began: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    @property
    def texts(self) -> int:
        return self.events - self.reports

    @property
    def reports(self) -> int:
        return int(self.events * REPORTS)

    @property
    def messages(self) -> int:
        """That reports tell of: every other one has a second, which says Delivered whatever the first one said."""
        return (self.reports + 1) * 2 // 3

    def text(self, serial: int) -> Text:
        customers = max(1, self.texts // TEXTS_OF_A_CUSTOMER)
        customer = int((serial * 2_654_435_761 % 2**32 / 2**32) ** 3 * customers)
        return Text(
            provider_id=f"Incoming_{self.run}_{serial}",
            customer=f"+1425{customer:07d}",
            number=NUMBERS[(customer + serial % 2) % len(NUMBERS)],
            text=f"Text {serial} of {self.events}",
            at=self._at(serial),
        )

    def sent(self, message: int) -> Sent:
        twice = message < self.reports - self.messages
        return Sent(
            id=uuid5(self.run, str(message)),
            provider_id=f"Outgoing_{self.run}_{message}",
            recorded=message % 3 > 0,
            state="delivered" if twice or _first_word(message) == "Delivered" else "failed",
        )

    def event_ids(self) -> Iterator[str]:
        for serial in {(number, False) for number in range(self.events)} | set(self._twins()):
            yield self._id(serial)

    def batches(self) -> Iterator[list[Serial]]:
        chance = random.Random(self.seed)
        serials = [(number, False) for number in range(self.events)] + self._twins()
        chance.shuffle(serials)
        while serials:
            (size,) = chance.choices(list(SIZES), list(SIZES.values()))
            yield serials[-size:]
            del serials[-size:]

    def event(self, serial: Serial) -> dict[str, object]:
        """As Event Grid words it."""
        number, _twin = serial
        data = self._received(number) if number < self.texts else self._reported(number - self.texts)
        return {
            "id": self._id(serial),
            "topic": "/subscriptions/0d6b1c3a-0000-4000-8000-000000000001/resourcegroups/rg-bench"
            "/providers/microsoft.communication/communicationservices/acs-bench",
            "subject": f"/phonenumber/{data['to']}",
            "data": data,
            "eventType": RECEIVED if number < self.texts else REPORT,
            "dataVersion": "1.0",
            "metadataVersion": "1",
            "eventTime": data["receivedTimestamp"],
        }

    def _received(self, serial: int) -> dict[str, object]:
        text = self.text(serial)
        return {
            "messageId": text.provider_id,
            "from": text.customer.lstrip("+"),
            "to": text.number.lstrip("+"),
            "message": text.text,
            "receivedTimestamp": text.at,
            "segmentCount": 1,
        }

    def _reported(self, report: int) -> dict[str, object]:
        first = report < self.messages
        message = report if first else report - self.messages
        sent = self.sent(message)
        return {
            "messageId": sent.provider_id,
            "from": NUMBERS[0].lstrip("+"),
            "to": "14260000000",
            "deliveryStatus": _first_word(message) if first else "Delivered",
            "deliveryStatusDetails": "",
            "receivedTimestamp": self._at(self.texts + report),
            "tag": str(sent.id),
        }

    def _twins(self) -> list[Serial]:
        chance = random.Random(self.seed + 1)
        numbers = chance.sample(range(self.events), int(self.events * TWINS))
        return [(number, chance.random() < OWN_IDS) for number in numbers]

    def _id(self, serial: Serial) -> str:
        number, twin = serial
        return f"{self.run}-{number}{'-twin' if twin else ''}"

    def _at(self, number: int) -> datetime:
        """No two of one moment, all in the past."""
        return self.began - timedelta(milliseconds=self.events - number)


def _first_word(message: int) -> str:
    return "Failed" if message % 2 else "Delivered"
