"""An event on its way to everybody who subscribed to it."""

from datetime import timedelta
from typing import Any

import msgspec

from localazure.clock import timestamp
from localazure.eventgrid import trouble
from localazure.eventgrid.filters import compiled, field
from localazure.eventgrid.journal import finish
from localazure.records.events import Delivery, DeliverySchema, DeliveryState, EventSubscription
from localazure.records.ids import new_id
from localazure.world import World

Json = dict[str, Any]  # an event in its topic's schema


def publish(
    world: World, *, source: str, event_id: str, event_type: str, subject: str, data: dict[str, object]
) -> None:
    """`source` is the resource's lower-case id. The deliveries are on disk when it returns."""
    event = {
        "id": event_id,
        "topic": source,
        "subject": subject,
        "data": data,
        "eventType": event_type,
        "dataVersion": "1.0",
        "metadataVersion": "1",
        "eventTime": timestamp(world.clock.now()),
    }
    route(world, source=source, event=event)


def route(
    world: World, *, source: str, event: Json, schema: DeliverySchema = DeliverySchema.EVENT_GRID, copies: int = 1
) -> int:
    """One delivery, or `copies`, for each subscription of the source that wants the event. Returns how many wanted."""
    wanting = [one for one in world.event_subscriptions.all() if one.source == source and _hears(world, one, event)]
    text = msgspec.json.encode(event).decode() if wanting else ""
    with world.store.transaction():
        for subscription in wanting:
            begun = trouble.start(world, subscription.key)
            for _ in range(copies * begun.copies):
                enqueue(world, subscription, event=event, text=text, schema=schema, begun=begun)
    return len(wanting)


def enqueue(
    world: World,
    subscription: EventSubscription,
    *,
    event: Json,
    text: str,
    schema: DeliverySchema,
    begun: trouble.Start,
) -> Delivery:
    now = world.clock.now()
    delivery = Delivery(
        id=new_id(),
        subscription=subscription.key,
        event_id=str(event["id"]),
        event_type=str(field(event, "eventtype")),
        event=text,
        data_version=str(field(event, "dataversion") or ""),
        schema=schema,
        published_at=now,
        next_try=now + timedelta(seconds=begun.seconds),
    )
    if begun.lost:
        return finish(world, delivery, DeliveryState.DROPPED, reason=trouble.LOST)
    world.deliveries.put(delivery.id, delivery)
    world.outbox.put_nowait(delivery.id)
    return delivery


def wants(world: World, subscription: EventSubscription, event_type: str, subject: str) -> bool:
    """Whether events of the kind reach it at all; advanced filters may hold back some of them."""
    settings = subscription.settings
    if settings is None or not _in_force(world, subscription):
        return False
    rule = msgspec.structs.replace(settings.filter, advanced=())
    return compiled(rule)({"eventType": event_type, "subject": subject})


def _hears(world: World, subscription: EventSubscription, event: Json) -> bool:
    settings = subscription.settings
    return settings is not None and _in_force(world, subscription) and compiled(settings.filter)(event)


def _in_force(world: World, subscription: EventSubscription) -> bool:
    settings = subscription.settings
    return settings is not None and (settings.expires_at is None or settings.expires_at > world.clock.now())
