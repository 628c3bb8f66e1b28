"""A call that comes in: it rings for half a minute, and Event Grid tells whoever subscribed to it."""

import base64
from datetime import timedelta

from localazure.calling import identifiers, presence
from localazure.calling.contexts import seal
from localazure.calling.direct_routing import Way
from localazure.calling.entrances import Entrance
from localazure.calling.model import Call, CustomContext, Leg, Offer
from localazure.calling.results import CALLER_GAVE_UP, NOBODY_ANSWERED
from localazure.eventgrid.publishing import publish
from localazure.records.calling import Step
from localazure.records.ids import new_id
from localazure.world import World

EVENT = "Microsoft.Communication.IncomingCall"
RINGS = timedelta(seconds=30)


def new_call(
    world: World, *, resource: str, inbound: bool, caller: str, callee: str, custom: CustomContext | None = None
) -> Call:
    name = new_id()
    conversation = f"{world.addresses.url}/conversations/{name}"
    call = Call(
        id=name,
        resource=resource,
        server_call_id=base64.b64encode(conversation.encode()).decode(),
        correlation_id=new_id(),
        inbound=inbound,
        caller=caller,
        callee=callee,
        made_at=world.clock.now(),
        custom=custom or CustomContext(),
    )
    return world.calls.add(call)


def ring(
    world: World,
    *,
    caller: str,
    at: Entrance,
    steps: tuple[Step, ...] = (),
    custom: CustomContext | None = None,
    display_name: str = "",
    gives_up_after: float | None = None,
) -> Call:
    """Somebody outside calls a number. `caller` is a raw id."""
    callee = identifiers.of_number(at.number)
    call = new_call(world, resource=at.resource, inbound=True, caller=caller, callee=callee, custom=custom)
    call.display_name = display_name
    way = Way(caller_id=identifiers.number_of(caller), through=at.through) if at.through else None
    call.legs[caller] = Leg(
        raw_id=caller, call=call, custom=call.custom, since=call.made_at, steps=list(steps), way=way
    )
    offer(world, call, callee)
    if gives_up_after is not None:
        world.background.spawn(_give_up(world, call, gives_up_after))
    return call


def offer(world: World, call: Call, to: str) -> None:
    """Rings there, instead of wherever it rang before."""
    call.offer = Offer(id=new_id(), to=to, expires_at=world.clock.now() + RINGS)
    publish(
        world,
        source=call.resource,
        event_id=new_id(),
        event_type=EVENT,
        subject=f"/caller/{call.caller}/recipient/{to}",
        data={
            "to": identifiers.shape(to),
            "from": identifiers.shape(call.caller),
            "serverCallId": call.server_call_id,
            "callerDisplayName": call.display_name,
            "incomingCallContext": seal(world, call, call.offer),
            "correlationId": call.correlation_id,
            "customContext": {"sipHeaders": call.custom.sip, "voipHeaders": call.custom.voip},
        },
    )
    world.background.spawn(_ring_out(world, call, call.offer))


async def _ring_out(world: World, call: Call, offer: Offer) -> None:
    await world.clock.sleep_until(offer.expires_at)
    if call.offer is offer:
        presence.end(world, call, NOBODY_ANSWERED)


async def _give_up(world: World, call: Call, seconds: float) -> None:
    await world.clock.sleep(seconds)
    if call.offer is not None:
        presence.end(world, call, CALLER_GAVE_UP)
