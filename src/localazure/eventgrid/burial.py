"""Dead letters: events that could not be delivered, as blobs of a storage account or, where there is none, in a folder.

https://learn.microsoft.com/azure/event-grid/delivery-and-retry#dead-letter-events
https://learn.microsoft.com/azure/event-grid/manage-event-delivery
"""

import logging
from datetime import datetime, timedelta
from errno import ENOENT
from pathlib import Path

import msgspec

from localazure.certificates import write_private
from localazure.clock import timestamp
from localazure.eventgrid.envelopes import Json, text
from localazure.eventgrid.journal import finish_all
from localazure.records.events import (
    DeadLetterPlace,
    Delivery,
    DeliverySchema,
    DeliveryState,
    EventSubscription,
    Settings,
)
from localazure.records.ids import new_id
from localazure.storage import blobs, contents
from localazure.world import World

log = logging.getLogger(__name__)
AFTER = timedelta(minutes=5)  # the last attempt
AGAIN_AFTER = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(hours=4)
UNDELIVERABLE = "UndeliverableDueToHttp"
STANDARD_REASONS = {"MaxDeliveryAttemptsExceeded", "TimeToLiveExceeded"}


def bury(
    world: World, subscription: EventSubscription, settings: Settings, deliveries: list[Delivery]
) -> list[Delivery]:
    """One blob for all of them. Returns those that have to wait because nothing could be written there."""
    place = settings.dead_letters
    if place is None:  # taken away since the last attempt
        finish_all(world, deliveries, DeliveryState.DROPPED)
        return []
    now = world.clock.now()
    name = f"{subscription.name.upper()}/{now.year}/{now.month}/{now.day}/{now.hour}/{new_id()}.json"
    content = msgspec.json.encode([dead_letter(one, settings.schema) for one in deliveries])
    try:
        _put(world, place, name, content)
    except OSError as error:
        log.warning("dead letters cannot be written: %s", error.strerror)
        return _postponed(world, deliveries)
    finish_all(world, deliveries, DeliveryState.DEAD_LETTERED, buried=f"{place.container}/{name}")
    return []


def letter(world: World, one: Delivery) -> bytes:
    """The blob it lies in, with whatever was buried together. Raises OSError where there is none any more."""
    subscription = world.event_subscriptions.get(one.subscription)
    place = subscription.settings.dead_letters if subscription and subscription.settings else None
    account = world.storage_accounts.get(place.account.lower()) if place else None
    if account is None:
        return (world.addresses.dead_letters / one.buried).read_bytes()
    blob = world.blobs.get(f"{account.name}/{one.buried}")
    if blob is None:
        raise FileNotFoundError(ENOENT, "no such blob")
    return contents.read(world, blob.pieces, 0, blob.size - 1)


def dead_letter(one: Delivery, schema: DeliverySchema) -> Json:
    """The event with what became of it; in CloudEvents' form the names are lower case."""
    event: Json = msgspec.json.decode(text(one, schema))
    last = one.attempts[-1] if one.attempts else None
    facts: Json = {
        "deadLetterReason": reason(one),
        "deliveryAttempts": len(one.attempts),
        "lastDeliveryOutcome": last.outcome if last else "",
        "lastHttpStatusCode": last.status if last else None,
        "publishTime": timestamp(one.published_at),
        "lastDeliveryAttemptTime": timestamp(last.at) if last else None,
    }
    cloud = schema is DeliverySchema.CLOUD_EVENTS
    return event | {name.lower() if cloud else name: value for name, value in facts.items() if value is not None}


def reason(one: Delivery) -> str:
    return one.reason if one.reason in STANDARD_REASONS else UNDELIVERABLE + one.reason


def _put(world: World, place: DeadLetterPlace, name: str, content: bytes) -> None:
    """Raises OSError, also where the account has no such container: somebody may make it in time."""
    account = world.storage_accounts.get(place.account.lower())
    if account is None:
        _write(world.addresses.dead_letters / place.container / name, content)
        return
    container = world.containers.get(f"{account.name}/{place.container}")
    if container is None:
        raise FileNotFoundError(ENOENT, f"the storage account has no container {place.container}")
    blobs.put(world, container, name, content, headers={"content-type": "application/json"})


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(path, content)


def _postponed(world: World, deliveries: list[Delivery]) -> list[Delivery]:
    now = world.clock.now()
    hopeless = [one for one in deliveries if now - _last(one) > GIVE_UP_AFTER]
    finish_all(world, hopeless, DeliveryState.DROPPED)
    again = now + AGAIN_AFTER
    return [
        world.deliveries.put(one.id, msgspec.structs.replace(one, bury_at=again))
        for one in deliveries
        if one not in hopeless
    ]


def _last(one: Delivery) -> datetime:
    return one.attempts[-1].at if one.attempts else one.published_at
