"""What stands on the home page and is more than one record."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from localazure.records.events import Delivery, DeliveryState, EventSubscription
from localazure.records.resources import CommunicationService, PhoneNumber, Provider
from localazure.world import World

SHOWN = 100  # newest deliveries on a page; the control API has them all


class Registration(StrEnum):
    REGISTERED = "Registered"
    REGISTERING = "Registering"
    NOT_REGISTERED = "NotRegistered"


@dataclass(frozen=True, kw_only=True)
class Listener:
    """An event subscription with what became of its events; `topic` is the system topic's bare name."""

    subscription: EventSubscription
    topic: str
    delivered: int
    pending: int
    dropped: int


def listeners(world: World) -> list[Listener]:
    return [listener(world, one) for one in world.event_subscriptions.all()]


def listener(world: World, subscription: EventSubscription) -> Listener:
    counts = Counter(delivery.state for delivery in world.deliveries.of(subscription.key))
    return Listener(
        subscription=subscription,
        topic=subscription.topic.rpartition("/")[2],
        delivered=counts[DeliveryState.DELIVERED],
        pending=counts[DeliveryState.PENDING],
        dropped=counts[DeliveryState.DROPPED],
    )


def newest_deliveries(world: World, subscription: EventSubscription) -> list[Delivery]:
    return world.deliveries.of(subscription.key)[: -SHOWN - 1 : -1]


def registration(world: World, provider: Provider) -> Registration:
    if provider.registered_from is None:
        return Registration.NOT_REGISTERED
    due = provider.registered_from <= world.clock.now()
    return Registration.REGISTERED if due else Registration.REGISTERING


def numbers_of(world: World, resource: CommunicationService) -> list[PhoneNumber]:
    return [number for number in world.numbers.all() if number.resource == resource.key]
