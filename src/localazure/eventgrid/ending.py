"""The end of an event subscription: by request, or when its time is up. Its endpoint is told once.

https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions
"""

from datetime import datetime

import msgspec

from localazure import operations
from localazure.arm import roles
from localazure.clock import timestamp
from localazure.errors import ServiceError
from localazure.eventgrid import envelopes, requests
from localazure.records.events import DeliverySchema, EventSubscription, Settings
from localazure.records.ids import new_id
from localazure.world import World

EVENT = "Microsoft.EventGrid.SubscriptionDeletedEvent"


def remove(world: World, one: EventSubscription) -> None:
    """Nothing more is delivered; an endpoint that was in use is told."""
    with world.store.transaction():
        preempt(world, one)
        world.event_subscriptions.remove(one.key)
        for delivery in world.deliveries.of(one.key):
            world.deliveries.remove(delivery.id)
        roles.forget(world, one.id)
    if one.settings:
        world.background.spawn(_tell(world, one, one.settings))


async def expire(world: World, key: str) -> None:
    """Waits until the subscription's time is up and removes it; whoever changes its time begins another wait."""
    asked = _expires_at(world, key)
    if asked is None:
        return
    await world.clock.sleep_until(asked)
    one = world.event_subscriptions.get(key)
    if one and _expires_at(world, key) == asked:
        remove(world, one)


def _expires_at(world: World, key: str) -> datetime | None:
    one = world.event_subscriptions.get(key)
    return one.settings.expires_at if one and one.settings else None


def preempt(world: World, known: EventSubscription | None) -> None:
    if known and known.handshake:
        operations.fail(
            world, known.handshake.operation, code="OperationPreempted", message="A later request took its place."
        )


async def _tell(world: World, one: EventSubscription, settings: Settings) -> None:
    """Whatever the endpoint answers: there is nobody left to try again for."""
    what = requests.kind("SubscriptionDeletion", settings.schema, data_version="1")
    try:
        headers = requests.headers(world, one, settings.destination, what, attempts=0)
    except ServiceError:
        return
    headers |= requests.attribute_headers(settings.destination, "{}")
    await world.webhooks.send("POST", settings.destination.url, headers, _body(world, one, settings))


def _body(world: World, one: EventSubscription, settings: Settings) -> bytes:
    event = {
        "id": new_id(),
        "topic": one.source,
        "subject": "",
        "data": {"eventSubscriptionId": one.id},
        "eventType": EVENT,
        "eventTime": timestamp(world.clock.now()),
        "metadataVersion": "1",
        "dataVersion": "1",
    }
    if settings.schema is DeliverySchema.CLOUD_EVENTS:
        event = envelopes.as_cloud_event(event)
    text = msgspec.json.encode(event).decode()
    return envelopes.body([text], settings.schema, batched=settings.destination.max_events > 1)
