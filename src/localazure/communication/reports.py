"""What becomes of a sent text, and the delivery report about it."""

from datetime import datetime

import msgspec

from localazure.clock import timestamp
from localazure.communication.outcomes import failure
from localazure.communication.segments import segments
from localazure.eventgrid.publishing import publish
from localazure.records.messages import Sms, SmsState
from localazure.world import World

EVENT = "Microsoft.Communication.SMSDeliveryReportReceived"
TIMED_OUT = 5002


def due(message: Sms) -> datetime | None:
    """When something happens to the text next: its fate, or the end of the wait for a report."""
    return min((at for at in (message.report_at, message.timeout_at) if at is not None), default=None)


async def report(world: World, message_id: str) -> None:
    """Waits for each thing that falls due, does it, and publishes the one report that was wanted."""
    message = world.messages[message_id]
    while (at := due(message)) is not None:
        await world.clock.sleep_until(at)
        message = settle(world, message) if at == message.report_at else _time_out(world, message)


def settle(world: World, message: Sms) -> Sms:
    state = SmsState.DELIVERED if message.reaches else SmsState.FAILED
    reported = message.report_details is not None
    settled = msgspec.structs.replace(
        message, state=state, report_at=None, timeout_at=None if reported else message.timeout_at
    )
    with world.store.transaction():
        world.messages.put(message.id, settled)
        if message.report_wanted and message.report_details is not None:
            _publish(world, message, delivered=message.reaches, details=message.report_details)
    world.watchers.changed(message.customer)
    return settled


def _time_out(world: World, message: Sms) -> Sms:
    """The service tells that no report came in time; a later one is not told any more."""
    changed = msgspec.structs.replace(message, timeout_at=None, report_wanted=False)
    with world.store.transaction():
        world.messages.put(message.id, changed)
        _publish(world, message, delivered=False, details=failure(TIMED_OUT))
    return changed


def _publish(world: World, message: Sms, *, delivered: bool, details: str) -> None:
    now, parts = timestamp(world.clock.now()), segments(message.text)
    attempt = {
        "timestamp": now,
        "segmentsSucceeded": parts if delivered else 0,
        "segmentsFailed": 0 if delivered else parts,
    }
    data: dict[str, object] = {
        "messageId": message.id,
        "from": message.service.lstrip("+"),
        "to": message.customer.lstrip("+"),
        "deliveryStatus": "Delivered" if delivered else "Failed",
        "deliveryStatusDetails": details,
        "receivedTimestamp": now,
        "deliveryAttempts": [attempt],
    }
    if message.tag is not None:
        data["tag"] = message.tag
    publish(
        world,
        source=message.resource,
        event_id=message.id,
        event_type=EVENT,
        subject=f"/phonenumber/{message.customer.lstrip('+')}",
        data=data,
    )
