"""What becomes of a sent text, and the delivery report about it."""

import msgspec

from localazure.clock import timestamp
from localazure.eventgrid.publishing import publish
from localazure.records.messages import Sms, SmsState
from localazure.world import World

EVENT = "Microsoft.Communication.SMSDeliveryReportReceived"
# The magic recipients: numbers that begin so never get a text, or get it and no carrier ever says so.
UNREACHABLE = "+1500555"
SILENT = "+1500556"


async def report(world: World, message_id: str) -> None:
    """Waits until the report falls due, settles the text's state and publishes the event if one was wanted."""
    message = world.messages[message_id]
    if message.report_at is not None:
        await world.clock.sleep_until(message.report_at)
        settle(world, message)


def settle(world: World, message: Sms) -> None:
    delivered = not message.customer.startswith(UNREACHABLE)
    state = SmsState.DELIVERED if delivered else SmsState.FAILED
    with world.store.transaction():
        world.messages.put(message.id, msgspec.structs.replace(message, state=state, report_at=None))
        if message.report_wanted and not message.customer.startswith(SILENT):
            _publish(world, message, delivered=delivered)
    world.watchers.changed(message.customer)


def _publish(world: World, message: Sms, *, delivered: bool) -> None:
    now = timestamp(world.clock.now())
    attempt = {"timestamp": now, "segmentsSucceeded": int(delivered), "segmentsFailed": int(not delivered)}
    data: dict[str, object] = {
        "messageId": message.id,
        "from": message.service.lstrip("+"),
        "to": message.customer.lstrip("+"),
        "deliveryStatus": "Delivered" if delivered else "Failed",
        "deliveryStatusDetails": "No error." if delivered else "The destination number is unreachable.",
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
