"""The control API's part for calls: who calls, what they do, and what became of it."""

from typing import Annotated

import msgspec

from localazure.calling import arriving, identifiers, issuer, presence, scripts
from localazure.calling.errors import CALL_IS_OVER, CANNOT_BE_CALLED, NO_SUCH_CALL
from localazure.calling.model import Call as Ongoing
from localazure.calling.model import Connection, CustomContext, Leg, LegState
from localazure.calling.results import CALLER_GAVE_UP, CALLER_HUNG_UP
from localazure.clock import timestamp
from localazure.control.openapi import Described
from localazure.control.shapes import KeysNow, RotateBody
from localazure.errors import INVALID_CONTROL, UNKNOWN_NUMBER
from localazure.pipeline import Call, Reply
from localazure.records.calling import Step
from localazure.world import World

Meta = msgspec.Meta
Caller = Annotated[str, Meta(pattern=r"^(\+[1-9][0-9]{6,14}|anonymous)$", examples=["+14255550123"])]
Callee = Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{6,14}$", examples=["+18335550100"])]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Headers = Annotated[dict[str, str], Meta(max_length=50)]
Script = Annotated[tuple[Step, ...], Meta(max_length=1000)]


class CallBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Somebody outside calls. `from` may be "anonymous". Without an answer they give up after so many seconds, else the
    network does after 30; answered, they do what `script` says and then stay on the line.
    """

    sender: Caller = msgspec.field(name="from")
    to: Callee
    script: Script = ()
    display_name: Annotated[str, Meta(max_length=256)] = ""
    sip_headers: Headers = {}
    voip_headers: Headers = {}
    gives_up_after_seconds: Seconds | None = None


class StepsBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """More to do for `party`, a raw id; without one, for whoever called."""

    script: Script
    party: str | None = None


class PartyNow(msgspec.Struct, kw_only=True):
    """`state`: ringing, connected or gone. `reason` says why it has gone."""

    raw_id: str
    state: str
    since: str
    muted: bool
    on_hold: bool
    steps_left: int
    reason: str


class ToldNow(msgspec.Struct, kw_only=True):
    """A callback event. `status` is the last answer to it, null where none came."""

    type: str
    at: str
    attempts: int
    status: int | None


class ConnectionNow(msgspec.Struct, kw_only=True):
    id: str
    state: str
    callback_uri: str
    told: list[ToldNow]


class CallNow(msgspec.Struct, kw_only=True):
    """`state`: ringing, connected or ended."""

    id: str
    server_call_id: str
    correlation_id: str
    direction: str
    sender: str = msgspec.field(name="from")
    to: str
    state: str
    made_at: str
    ended_at: str | None
    reason: str
    parties: list[PartyNow]
    connections: list[ConnectionNow]


class CallList(msgspec.Struct, kw_only=True):
    items: list[CallNow]


def make_call(world: World, call: Call) -> Reply:
    asked = call.json(CallBody)
    number = world.numbers.get(asked.to)
    if number is None:
        raise UNKNOWN_NUMBER.of(field="to")
    if "inbound" not in number.calling:
        raise CANNOT_BE_CALLED.of(calling=number.calling)
    if asked.sender in world.numbers:
        raise INVALID_CONTROL.of(reason="The number in 'from' is a resource's own, no customer's.")
    made = arriving.ring(
        world,
        caller=identifiers.of_number(asked.sender),
        number=number,
        steps=_checked(asked.script),
        custom=CustomContext(sip=asked.sip_headers, voip=asked.voip_headers),
        display_name=asked.display_name,
        gives_up_after=asked.gives_up_after_seconds,
    )
    return Reply(status=201, body=_now(made))


def list_calls(world: World, call: Call) -> Reply:
    return Reply(body=CallList(items=[_now(one) for one in world.calls]))


def get_call(world: World, call: Call) -> Reply:
    return Reply(body=_now(_found(world, call)))


def add_steps(world: World, call: Call) -> Reply:
    one, asked = _ongoing(world, call), call.json(StepsBody)
    scripts.add(_party(one, asked.party), _checked(asked.script))
    return Reply(body=_now(one))


def hang_up(world: World, call: Call) -> Reply:
    """The telephone that called does; one that was called, where the query names it."""
    one = _ongoing(world, call)
    leg = _party(one, call.query.get("party"))
    if one.offer is not None:
        presence.end(world, one, CALLER_GAVE_UP)
    else:
        presence.leave(world, one, leg, CALLER_HUNG_UP)
    return Reply(body=_now(one))


def rotate_keys(world: World, call: Call) -> Reply:
    asked = call.json(RotateBody) if call.body else RotateBody()
    published = issuer.rotate(world, drop_old=asked.drop_old)
    return Reply(body=KeysNow(signing=published[-1], published=published))


def _found(world: World, call: Call) -> Ongoing:
    one = world.calls.get(call.params["call"])
    if one is None:
        raise NO_SUCH_CALL.of()
    return one


def _ongoing(world: World, call: Call) -> Ongoing:
    one = _found(world, call)
    if one.over:
        raise CALL_IS_OVER.of()
    return one


def _party(one: Ongoing, name: str | None) -> Leg:
    """Without a name whoever is outside: the caller, or the first who was called."""
    leg = one.legs.get(name) if name else next(iter(one.alive()), None)
    if leg is None or leg.state is LegState.GONE:
        raise INVALID_CONTROL.of(reason="There is no such party in the call.")
    return leg


def _checked(script: Script) -> Script:
    for place, step in enumerate(script, 1):
        if sum(value is not None for value in msgspec.structs.astuple(step)) != 1:
            raise INVALID_CONTROL.of(reason=f"Step {place} of the script must say one thing.")
        if step.wait is not None and not 0 <= step.wait <= 86_400:
            raise INVALID_CONTROL.of(reason=f"Step {place} of the script waits too long.")
    return script


def _now(one: Ongoing) -> CallNow:
    state = "ended" if one.over else "connected" if one.talking() else "ringing"
    return CallNow(
        id=one.id,
        server_call_id=one.server_call_id,
        correlation_id=one.correlation_id,
        direction="inbound" if one.inbound else "outbound",
        sender=one.caller,
        to=one.callee,
        state=state,
        made_at=timestamp(one.made_at),
        ended_at=timestamp(one.ended_at) if one.ended_at else None,
        reason=one.result.message if one.result else "",
        parties=[_party_now(leg) for leg in one.legs.values()],
        connections=[_connection_now(each) for each in one.connections.values()],
    )


def _party_now(leg: Leg) -> PartyNow:
    return PartyNow(
        raw_id=leg.raw_id,
        state=leg.state.value,
        since=timestamp(leg.since),
        muted=leg.muted,
        on_hold=leg.held,
        steps_left=len(leg.steps),
        reason=leg.result.message if leg.result else "",
    )


def _connection_now(one: Connection) -> ConnectionNow:
    told = [
        ToldNow(type=each.kind, at=timestamp(each.at), attempts=each.attempts, status=each.status) for each in one.told
    ]
    return ConnectionNow(id=one.id, state=one.state.value, callback_uri=one.callback_uri, told=told)


ROUTES = [
    Described("POST", "/_local/calls", make_call, "Somebody outside calls one of the numbers", CallNow, CallBody,
              status=201),
    Described("GET", "/_local/calls", list_calls, "All calls, the oldest first", CallList),
    Described("POST", "/_local/calls/rotate-keys", rotate_keys, "A new key for what applications are told", KeysNow,
              RotateBody),
    Described("GET", "/_local/calls/{call}", get_call, "A call, its parties, and what was told of it", CallNow),
    Described("POST", "/_local/calls/{call}/steps", add_steps, "A party does more", CallNow, StepsBody),
    Described("DELETE", "/_local/calls/{call}", hang_up, "The telephone hangs up", CallNow, query=("party",)),
]  # fmt: skip
