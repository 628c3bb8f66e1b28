"""An event in the schema that its subscriber chose.

https://learn.microsoft.com/azure/event-grid/cloud-event-schema
"""

from typing import Any

import msgspec

from localazure.records.events import Delivery, DeliverySchema

Json = dict[str, Any]  # an event
OPTIONAL = ("subject", "data")


def text(delivery: Delivery, schema: DeliverySchema) -> str:
    """The event's JSON. What was published as a CloudEvent is never asked for in the other schema."""
    if schema is delivery.schema:
        return delivery.event
    return msgspec.json.encode(as_cloud_event(msgspec.json.decode(delivery.event))).decode()


def as_cloud_event(event: Json) -> Json:
    made = {
        "id": event["id"],
        "source": event["topic"],
        "type": event["eventType"],
        "time": event["eventTime"],
        "specversion": "1.0",
    }
    return made | {name: event[name] for name in OPTIONAL if name in event}


def body(texts: list[str], schema: DeliverySchema, *, batched: bool) -> bytes:
    """EventGridSchema is always a list; a CloudEvent stands alone unless the subscription asks for batches."""
    if schema is DeliverySchema.CLOUD_EVENTS and not batched:
        return texts[0].encode()
    return f"[{','.join(texts)}]".encode()
