"""What a scripted party does once it is in a call, step by step, in the time of the cloud's clock."""

from collections.abc import Callable

from localazure.calling.model import Leg, LegState
from localazure.records.calling import Step
from localazure.world import World


async def follow(world: World, leg: Leg, hang_up: Callable[[], None]) -> None:
    """Until the party has gone: whoever has nothing left to do stays on the line, and may be told more."""
    while leg.state is LegState.CONNECTED:
        if leg.steps:
            await _take(world, leg, leg.steps.pop(0), hang_up)
        else:
            await leg.changed.wait(None)


def add(leg: Leg, steps: tuple[Step, ...]) -> None:
    leg.steps.extend(steps)
    leg.changed.ring()


async def _take(world: World, leg: Leg, step: Step, hang_up: Callable[[], None]) -> None:
    if step.wait is not None:
        await world.clock.sleep(step.wait)
    if step.hang_up:
        hang_up()
