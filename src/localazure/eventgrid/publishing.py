"""An event on its way to everybody who subscribed to it."""

import msgspec

from localazure.clock import timestamp
from localazure.records.events import Delivery, EventFilter, EventSubscription
from localazure.records.seed import new_id
from localazure.world import World


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
    text = msgspec.json.encode(event).decode()
    for subscription in world.event_subscriptions.all():
        if subscription.source == source and wants(world, subscription, event_type, subject):
            enqueue(world, subscription, event_id=event_id, event_type=event_type, event=text)


def enqueue(world: World, subscription: EventSubscription, *, event_id: str, event_type: str, event: str) -> None:
    now = world.clock.now()
    delivery = Delivery(
        id=new_id(),
        subscription=subscription.key,
        event_id=event_id,
        event_type=event_type,
        event=event,
        published_at=now,
        next_try=now,
    )
    world.deliveries.put(delivery.id, delivery)
    world.outbox.put_nowait(delivery.id)


def wants(world: World, subscription: EventSubscription, event_type: str, subject: str) -> bool:
    settings = subscription.settings
    if settings is None or (settings.expires_at and settings.expires_at <= world.clock.now()):
        return False
    types = {name.lower() for name in settings.filter.event_types}
    return event_type.lower() in types and _subject_fits(settings.filter, subject)


def _subject_fits(rule: EventFilter, subject: str) -> bool:
    begin, end = rule.begins_with, rule.ends_with
    if not rule.case_sensitive:
        subject, begin, end = subject.lower(), begin.lower(), end.lower()
    return subject.startswith(begin) and subject.endswith(end)
