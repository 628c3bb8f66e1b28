"""IncomingCall as ours: who calls which of our numbers, and what it takes to answer.

https://learn.microsoft.com/azure/event-grid/communication-services-voice-video-events
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from centrala.characters import storable
from centrala.conversations.sms_events import number
from centrala.hidden import ANONYMOUS
from centrala.inbox.drain import Incomprehensible
from centrala.inbox.reading import data_of
from centrala.inbox.waiting import Waiting
from centrala.workstreams.told_along import Told, read

LONGEST_CONTEXT = 64 << 10  # characters; the service's have some kilobytes
LONGEST_ID = 100


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    correlation_id: str
    server_call_id: str
    customer: str
    number: str
    context: str
    at: datetime
    endpoint: UUID
    told: Told  # what came along


def ring(event: Waiting) -> Ring:
    """Raises Incomprehensible for a call that cannot be answered."""
    data = data_of(event)
    return Ring(
        correlation_id=_text(data, "correlationid", LONGEST_ID),
        server_call_id=storable(str(data.get("servercallid") or ""))[:2_000],
        customer=_telephone(data.get("from")) or ANONYMOUS,
        number=_telephone(data.get("to")) or _missing("to"),
        context=_text(data, "incomingcallcontext", LONGEST_CONTEXT),
        at=min(event.event_time or event.received_at, event.received_at),
        endpoint=event.endpoint,
        told=_told(data),
    )


def _told(data: Mapping[str, Any]) -> Told:
    """Whatever came along: of a call nothing of it stands in the way."""
    custom = _lowered(data.get("customcontext"))
    return read(custom.get("sipheaders"), custom.get("voipheaders"))


def _telephone(who: object) -> str:
    """E.164 with its plus; "" for somebody without a number."""
    parts = _lowered(who)
    value = _lowered(parts.get("phonenumber")).get("value") or str(parts.get("rawid") or "").removeprefix("4:")
    told = number(storable(str(value)).strip())
    return told if told.removeprefix("+").isdecimal() and len(told) <= 20 else ""


def _text(data: Mapping[str, Any], key: str, longest: int) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        return _missing(key)
    return storable(value)


def _missing(key: str) -> str:
    raise Incomprehensible(f"The event's data has no usable {key}.")


def _lowered(value: object) -> dict[str, Any]:
    return {str(key).lower(): inner for key, inner in value.items()} if isinstance(value, dict) else {}
