"""Trouble with deliveries, as the control API orders it."""

from localazure.control.shapes import FaultBody
from localazure.errors import INVALID_CONTROL
from localazure.records.event_faults import DeliveryAction, DeliveryFault
from localazure.world import World

DELIVERY = "eventgrid.delivery"
REORDER_SECONDS = 0.2  # between two events, where none are given: enough for one to arrive before the next leaves


def order_delivery_fault(world: World, asked: FaultBody) -> None:
    """`subscription` is an event subscription's id or bare name, any case; empty: all of them together."""
    if asked.action is None:
        raise INVALID_CONTROL.of(reason=f"{DELIVERY} needs an action.")
    fault = DeliveryFault(
        subscription=_subscription(world, asked.subscription.lower()) if asked.subscription else "",
        action=asked.action,
        times=asked.times,
        seconds=asked.delay_seconds or (REORDER_SECONDS if asked.action is DeliveryAction.REORDER else 0),
        status=asked.status,
    )
    world.delivery_faults.put(fault.key, fault)


def _subscription(world: World, wanted: str) -> str:
    for one in world.event_subscriptions.all():
        if wanted in {one.key, one.name.lower()}:
            return one.key
    raise INVALID_CONTROL.of(reason=f"There is no event subscription {wanted}.")
