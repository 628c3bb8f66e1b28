"""The control API's JSON of calls."""

from typing import Annotated, Literal

import msgspec

from localazure.calling import sound
from localazure.calling.direct_routing import Way
from localazure.calling.model import Call, Connection, Leg
from localazure.clock import timestamp
from localazure.errors import INVALID_CONTROL
from localazure.records.calling import Step

Meta = msgspec.Meta
LONGEST = 86_400  # seconds of a step
Caller = Annotated[str, Meta(pattern=r"^(\+[1-9][0-9]{6,14}|anonymous)$", examples=["+14255550123"])]
Callee = Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{6,14}$", examples=["+18335550100"])]
Fqdn = Annotated[str, Meta(min_length=1, max_length=249, examples=["sbc1.contoso.example"])]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Headers = Annotated[dict[str, str], Meta(max_length=50)]
Script = Annotated[tuple[Step, ...], Meta(max_length=1000)]


class CallBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Somebody outside calls, `through` a trunk a number of the organisation's own carrier, else one of the resources'
    numbers. `from` may be "anonymous". Without an answer they give up after so many seconds, else the
    network does after 30; answered, they do what `script` says and then stay on the line.
    """

    sender: Caller = msgspec.field(name="from")
    to: Callee
    through: Fqdn | None = None
    script: Script = ()
    display_name: Annotated[str, Meta(max_length=256)] = ""
    sip_headers: Headers = {}
    voip_headers: Headers = {}
    gives_up_after_seconds: Seconds | None = None


class StepsBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """More to do for `party`, a raw id; without one, for whoever called."""

    script: Script
    party: str | None = None


class PickUpBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a telephone or user that rings does now: `party` is a raw id, needed where several ring."""

    what: Literal["answer", "decline", "busy"] = "answer"
    party: str | None = None


class AttemptNow(msgspec.Struct, kw_only=True):
    """A call to a border controller: its final status in SIP, null while none has come, and the number it was shown."""

    route: str
    trunk: str
    caller_id: str
    status: int | None


class DirectRoutingNow(msgspec.Struct, kw_only=True):
    """How a party came or is reached by the organisation's own carrier. `route` is empty for whoever came; where no
    route is for the number both are. `stopped` tells of patterns that had to be.
    """

    route: str
    trunk: str
    attempts: list[AttemptNow]
    stopped: list[str]


class PartyNow(msgspec.Struct, kw_only=True):
    """`state`: ringing, connected or gone. `reason` says why it has gone. `direct_routing` is null in Microsoft's
    network."""

    raw_id: str
    state: str
    since: str
    muted: bool
    on_hold: bool
    steps_left: int
    reason: str
    sip_headers: dict[str, str]
    voip_headers: dict[str, str]
    direct_routing: DirectRoutingNow | None


class WindowNow(msgspec.Struct, kw_only=True):
    """100 ms: decibels below full scale, and the strongest tone, null in silence."""

    level: float
    hertz: float | None


class Heard(msgspec.Struct, kw_only=True):
    """What a party heard in its call, `keys` among it: at most the last ten minutes in `windows`."""

    seconds: float
    loudest: float
    silent_seconds: float
    keys: str
    windows: list[WindowNow]


class AiBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An AI resource's address, which a Communication Services resource may use from now on; `resource` may be left out
    where there is one only."""

    endpoint: Annotated[str, Meta(pattern=r"^https://[!-~]+$", max_length=1024)]
    resource: str | None = None


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
    """`state`: ringing, connected or ended. `route` and `through`, a trunk, are those of the first party who was
    reached or came by direct routing; empty where nobody was."""

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
    route: str
    through: str
    parties: list[PartyNow]
    connections: list[ConnectionNow]


class CallList(msgspec.Struct, kw_only=True):
    items: list[CallNow]


ACTIONS = ("say", "play", "press", "wait", "until_silence", "until_sound", "hang_up")


def checked(script: Script) -> Script:
    """Raises what is wrong with it: a script must not break in the middle of a call."""
    for number, step in enumerate(script, 1):
        said = [getattr(step, name) for name in ACTIONS]
        if sum(value is not None and value is not False for value in said) != 1:
            raise INVALID_CONTROL.of(reason=f"Step {number} of the script must say one thing.")
        if not all(0 <= seconds <= LONGEST for seconds in (step.wait or 0, step.until_silence or 0, step.at_most)):
            raise INVALID_CONTROL.of(reason=f"Step {number} of the script waits too long.")
    if wrong := sound.unfit(script):
        raise INVALID_CONTROL.of(reason=wrong)
    return script


def now(one: Call) -> CallNow:
    state = "ended" if one.over else "connected" if one.talking() else "ringing"
    parties = [_party_now(leg) for leg in one.legs.values()]
    ways = [each.direct_routing for each in parties if each.direct_routing and each.direct_routing.trunk]
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
        route=ways[0].route if ways else "",
        through=ways[0].trunk if ways else "",
        parties=parties,
        connections=[_connection_now(each) for each in one.connections.values()],
    )


def _party_now(leg: Leg) -> PartyNow:
    return PartyNow(
        raw_id=leg.raw_id,
        state=leg.state.value,
        since=timestamp(leg.since),
        muted=leg.muted,
        on_hold=leg.held,
        steps_left=leg.steps_left,
        reason=leg.result.message if leg.result else "",
        sip_headers=leg.custom.sip,
        voip_headers=leg.custom.voip,
        direct_routing=_way_now(leg.way) if leg.way else None,
    )


def _way_now(one: Way) -> DirectRoutingNow:
    attempts = [
        AttemptNow(route=each.route, trunk=each.trunk, caller_id=each.caller_id, status=each.status)
        for each in one.attempts
    ]
    return DirectRoutingNow(
        route=one.last.route if one.last else "",
        trunk=one.last.trunk if one.last else one.through,
        attempts=attempts,
        stopped=list(one.stopped),
    )


def _connection_now(one: Connection) -> ConnectionNow:
    told = [
        ToldNow(type=each.kind, at=timestamp(each.at), attempts=each.attempts, status=each.status) for each in one.told
    ]
    return ConnectionNow(id=one.id, state=one.state.value, callback_uri=one.callback_uri, told=told)
