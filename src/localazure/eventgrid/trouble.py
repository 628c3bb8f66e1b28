"""Deliveries go wrong on order."""

from dataclasses import dataclass

import msgspec

from localazure.eventgrid.webhook import Answer
from localazure.records.event_faults import CALLBACKS, DeliveryAction, DeliveryFault
from localazure.world import World

LOST = "DroppedOnOrder"


@dataclass(frozen=True, kw_only=True)
class Start:
    """How a delivery begins: after so many seconds, how many times, or not at all."""

    seconds: float = 0
    copies: int = 1
    lost: bool = False


def start(world: World, subscription: str) -> Start:
    """Uses up one of the faults ordered for the subscription, of each kind. All of them act on the same event."""
    seconds, copies = 0.0, 1
    if taken := _take(world, subscription, DeliveryAction.DELAY):
        seconds += taken.seconds
    if taken := _take(world, subscription, DeliveryAction.REORDER):
        seconds += taken.times * taken.seconds
    if _take(world, subscription, DeliveryAction.DUPLICATE):
        copies = 2
    return Start(seconds=seconds, copies=copies, lost=bool(_take(world, subscription, DeliveryAction.DROP)))


def answer(world: World, subscription: str) -> Answer | None:
    """What stands for the endpoint's answer, where one was ordered."""
    taken = _take(world, subscription, DeliveryAction.ANSWER)
    if taken is None:
        return None
    return Answer(status=taken.status, failure="" if taken.status else "TimedOut")


def _take(world: World, subscription: str, action: DeliveryAction) -> DeliveryFault | None:
    """The fault as it was before this use."""
    if not len(world.delivery_faults):
        return None
    for owner in (subscription,) if subscription == CALLBACKS else (subscription, ""):
        if fault := world.delivery_faults.get(f"{owner}/{action.value}"):
            if fault.lasting:
                return fault
            if fault.times > 1:
                world.delivery_faults.put(fault.key, msgspec.structs.replace(fault, times=fault.times - 1))
            else:
                world.delivery_faults.remove(fault.key)
            return fault
    return None
