"""What Event Grid says of SMS, as ours.

https://learn.microsoft.com/azure/event-grid/communication-services-telephony-sms-events
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from centrala.conversations.models import MessageState
from centrala.conversations.texts import storable
from centrala.inbox.drain import Incomprehensible
from centrala.inbox.reading import data_of
from centrala.inbox.waiting import Waiting
from centrala.moments import moment

# The vendor's word -> ours; a word not listed here leaves the message as it is.
DELIVERY = {"delivered": MessageState.DELIVERED, "failed": MessageState.FAILED}

EARLIEST = datetime(2018, 1, 1, tzinfo=UTC)
LONGEST_ID = 512  # real ones have less than 100, and an index takes 2,700 bytes
LONGEST_NUMBER = 20  # E.164 has at most 15 digits, a sender's name 11 letters


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    provider_id: str
    sender: str
    recipient: str
    text: str
    received_at: datetime
    endpoint: UUID


class Report(msgspec.Struct, frozen=True, kw_only=True):
    provider_id: str
    message_id: UUID | None  # the tag, where it is one of ours
    state: MessageState | None
    detail: str
    at: datetime
    endpoint: UUID


def inbound(event: Waiting) -> Inbound:
    """Raises Incomprehensible for an event without a sender, a recipient or an id."""
    data = data_of(event)
    return Inbound(
        provider_id=_text(data, "messageid"),
        sender=number(_text(data, "from", longest=LONGEST_NUMBER)),
        recipient=number(_text(data, "to", longest=LONGEST_NUMBER)),
        text=storable(str(data.get("message") or "")),
        received_at=_when(data, event),
        endpoint=event.endpoint,
    )


def report(event: Waiting) -> Report:
    """Raises Incomprehensible for a report that names no message."""
    data = data_of(event)
    return Report(
        provider_id=_text(data, "messageid"),
        message_id=_uuid(data.get("tag")),
        state=DELIVERY.get(str(data.get("deliverystatus")).lower()),
        detail=storable(str(data.get("deliverystatusdetails") or "")),
        at=_when(data, event),
        endpoint=event.endpoint,
    )


def number(text: str) -> str:
    """E.164 with its plus: events carry numbers without it. Short codes and senders' names stay as they are."""
    digits = text.removeprefix("+")
    return f"+{digits}" if digits.isascii() and digits.isdigit() and len(digits) > 6 else text


def _text(data: dict[str, Any], key: str, *, longest: int = LONGEST_ID) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise Incomprehensible(f"The event's data has no {key}.")
    if len(value) > longest:
        raise Incomprehensible(f"The event's {key} is longer than {longest} characters.")
    return storable(value.strip())


def _when(data: dict[str, Any], event: Waiting) -> datetime:
    """When the cloud says it happened, but never later than it came here: a clock ahead of ours would put an answer
    above its question. A time from before Azure had SMS is nobody's (year 1 is .NET's word for none)."""
    for said in (_time(data.get("receivedtimestamp")), event.event_time):
        if said is not None and EARLIEST <= said <= event.received_at:
            return said
    return event.received_at


def _time(value: object) -> datetime | None:
    try:
        return moment(str(value))
    except ValueError:
        return None


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
