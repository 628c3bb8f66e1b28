"""Trouble on order."""

import msgspec

from localazure.racing import first
from localazure.records.messages import Fault
from localazure.world import World


async def suffer(world: World, operation: str) -> None:
    """Holds the answer back as a fault says, if one waits for this operation. What was done stays done."""
    fault = take(world, operation)
    if fault and fault.hang:
        await world.closing.wait()
    elif fault:
        await first(world.clock.sleep(fault.delay_seconds), world.closing.wait())


def take(world: World, operation: str) -> Fault | None:
    fault = world.faults.get(operation)
    if fault is None:
        return None
    if fault.times > 1:
        world.faults.put(operation, msgspec.structs.replace(fault, times=fault.times - 1))
    else:
        world.faults.remove(operation)
    return fault
