"""Telephones and users that are called: they ring, and answer or not, as somebody ordered or as their number says."""

from collections.abc import Callable

from localazure.calling import direct_routing, identifiers, presence
from localazure.calling.errors import INVALID_CALL
from localazure.calling.model import Call, CustomContext, Leg, LegState
from localazure.calling.results import BUSY, DECLINED, NOBODY_ANSWERED, UNREACHABLE, Result
from localazure.records.calling import Telephone, WhenCalled
from localazure.world import World

RING_OUT = 115.0  # seconds: https://learn.microsoft.com/azure/communication-services/concepts/service-limits
RESULTS = {
    WhenCalled.ANSWER: None,
    WhenCalled.BUSY: BUSY,
    WhenCalled.DECLINE: DECLINED,
    WhenCalled.UNREACHABLE: UNREACHABLE,
}
FATES = {
    "+1500555": WhenCalled.UNREACHABLE,
    "+1500556": WhenCalled.RING,
    "+1500557": WhenCalled.ANSWER,
    "+1500558": WhenCalled.DECLINE,
    "+1500559": WhenCalled.BUSY,
}
Decided = Callable[[Result | None], None]


def dial(
    world: World,
    call: Call,
    name: str,
    decided: Decided,
    *,
    seconds: float = RING_OUT,
    custom: CustomContext | None = None,
    caller_id: str = "",
    paid_by: str = "",
) -> Leg:
    """`decided` is told once what came of it, None for an answer, unless the party is let go of before.

    A telephone is shown `caller_id`; `paid_by` is the resource's number where that is another.
    """
    known = call.legs.get(name)
    if known is not None and known.state is not LegState.GONE:
        raise INVALID_CALL.of(reason="The participant is in the call or being called already.")
    way = direct_routing.way(world, call.resource, name, caller_id=caller_id, paid_by=paid_by or caller_id)
    leg = Leg(
        raw_id=name, call=call, since=world.clock.now(), decided=decided, custom=custom or CustomContext(), way=way
    )
    call.legs[name] = leg
    world.background.spawn(_ring(world, leg, seconds))
    return leg


def decide(world: World, leg: Leg, result: Result | None) -> None:
    """Nothing where it no longer rings."""
    decided = leg.decided
    if leg.state is not LegState.RINGING or decided is None:
        return
    if result is None:
        presence.enter(world, leg)
    else:
        presence.gone(world, leg, result)
    decided(result)


def telephone(world: World, name: str) -> Telephone:
    """As it was ordered, else as the number's first digits say; without either it rings until somebody picks it up."""
    fates = (fate for digits, fate in FATES.items() if identifiers.number_of(name).startswith(digits))
    ordered = world.telephones.get(name)
    return ordered or Telephone(raw_id=name, when_called=next(fates, WhenCalled.RING))


async def _ring(world: World, leg: Leg, seconds: float) -> None:
    one, runs_out = telephone(world, leg.raw_id), world.clock.after(seconds)
    leg.steps = list(one.script)
    if result := await direct_routing.reach(world, leg, runs_out):
        decide(world, leg, result)
        return
    if leg.state is not LegState.RINGING:
        return
    handset = world.calls.handsets.get(leg.raw_id)
    if handset and one.when_called is WhenCalled.RING and not handset.ring(leg):
        decide(world, leg, BUSY)
    elif one.when_called in RESULTS and world.clock.after(one.after_seconds) < runs_out:
        await world.clock.sleep(one.after_seconds)
        decide(world, leg, RESULTS[one.when_called])
    else:
        await world.clock.sleep_until(runs_out)
        decide(world, leg, NOBODY_ANSWERED)
