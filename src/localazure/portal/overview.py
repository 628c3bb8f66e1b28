"""What pages show that no service tells: it is the local cloud's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from localazure.eventgrid.journal import counts
from localazure.portal.visit import Visit
from localazure.records.events import Delivery, EventSubscription
from localazure.records.resources import PhoneNumber
from localazure.world import World

SHOWN = 100  # newest deliveries on a page; the control API has the others


@dataclass(frozen=True, kw_only=True)
class Listener:
    """An event subscription with its remembered deliveries by state."""

    subscription: EventSubscription
    counts: Mapping[str, int]


def listener(world: World, subscription: EventSubscription) -> Listener:
    return Listener(subscription=subscription, counts=counts(world, subscription.key))


def listeners(world: World, subscriptions: Iterable[EventSubscription]) -> list[Listener]:
    return [listener(world, one) for one in subscriptions]


async def listeners_at(visit: Visit, *lists: str) -> list[Listener]:
    """Those that the person may see in these lists of Resource Manager."""
    ids = [one["id"].lower() for path in lists for one in await visit.list(path)]
    return listeners(visit.world, (visit.world.event_subscriptions[key] for key in ids))


def newest_deliveries(world: World, subscription: EventSubscription) -> list[Delivery]:
    return world.deliveries.of(subscription.key)[: -SHOWN - 1 : -1]


def numbers_of(world: World, resource_id: str) -> list[PhoneNumber]:
    return [number for number in world.numbers.all() if number.resource == resource_id.lower()]
