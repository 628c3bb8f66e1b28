"""What stands on the home page and is more than one record."""

from collections.abc import Mapping
from dataclasses import dataclass

from localazure.eventgrid.journal import counts
from localazure.records.events import Delivery, EventSubscription
from localazure.records.resources import CommunicationService, PhoneNumber
from localazure.world import World

SHOWN = 100  # newest deliveries on a page; the control API has the others


@dataclass(frozen=True, kw_only=True)
class Listener:
    """An event subscription with its remembered deliveries by state; `topic` is the system topic's bare name."""

    subscription: EventSubscription
    topic: str
    counts: Mapping[str, int]


def listeners(world: World) -> list[Listener]:
    return [listener(world, one) for one in world.event_subscriptions.all()]


def listener(world: World, subscription: EventSubscription) -> Listener:
    topic = subscription.topic.rpartition("/")[2]
    return Listener(subscription=subscription, topic=topic, counts=counts(world, subscription.key))


def newest_deliveries(world: World, subscription: EventSubscription) -> list[Delivery]:
    return world.deliveries.of(subscription.key)[: -SHOWN - 1 : -1]


def numbers_of(world: World, resource: CommunicationService) -> list[PhoneNumber]:
    return [number for number in world.numbers.all() if number.resource == resource.key]
