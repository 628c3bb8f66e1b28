"""Communication Services: text messages in both directions, repeatable requests, faults to inject."""

from datetime import datetime
from enum import StrEnum

import msgspec


class SmsState(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


class Sms(msgspec.Struct, frozen=True, kw_only=True):
    """`customer` is the number outside, `service` the resource's own.

    `report_at` is when its fate is known: whether it `reaches` the customer, and what the report says of it (None: the
    carrier never reports). `timeout_at` ends the wait for a report. `by_carrier`: nobody sent it through the service.
    """

    id: str
    resource: str
    customer: str
    service: str
    inbound: bool
    text: str
    state: SmsState
    at: datetime
    report_at: datetime | None = None
    reaches: bool = True
    report_details: str | None = None
    timeout_at: datetime | None = None
    report_wanted: bool = False
    by_carrier: bool = False
    tag: str | None = None
    repeatability_id: str = ""


class Repeatable(msgspec.Struct, frozen=True, kw_only=True):
    """The first answer to a repeatable request; `content` is the digest of what was asked."""

    content: str
    message_id: str
    made_at: datetime


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Trouble on order: the next `times` answers of `operation` (all of them while `lasting`) come late, or never, or
    are `status` instead.

    `operation` is a word of its own, a service's name, or a request such as `POST /sms`, with * for anything. With
    `done` what was asked for is done, and only its answer suffers.
    """

    operation: str
    times: int = 1
    delay_seconds: float = 0
    hang: bool = False
    status: int = 0
    retry_after_seconds: int | None = None
    lasting: bool = False
    done: bool = False
