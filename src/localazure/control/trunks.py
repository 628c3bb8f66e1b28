"""The control API's part for direct routing: what border controllers do, and in which order they are tried."""

import random
from typing import Annotated

import msgspec

from localazure.communication import health, sip
from localazure.control.call_shapes import Fqdn
from localazure.control.openapi import Described
from localazure.control.shapes import Done
from localazure.control.telephony import named
from localazure.errors import NOT_ORDERED
from localazure.pipeline import Call, Reply
from localazure.records.telephony import BorderController, Ping, SipConfiguration, Tls
from localazure.world import World

Status = Annotated[int, msgspec.Meta(ge=400, le=699, examples=[503])]


class TrunkBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the border controller behind a trunk does from now on; what is left out is in good order. `tls` and `ping`
    are those of its health. `answers` is the status by which it refuses every call, null: it puts them through;
    `seconds` is how long it takes for either.
    """

    trunk: Fqdn
    resource: str | None = None
    tls: Tls = Tls.OK
    ping: Ping = Ping.OK
    recent_calls: bool = True
    answers: Status | None = None
    seconds: Annotated[float, msgspec.Meta(ge=0, le=300)] = 0


class TrunkNow(msgspec.Struct, kw_only=True):
    """A trunk with its border controller; `takes_calls`: calls may go there now. `reason` says why it is inactive."""

    trunk: str
    resource: str
    port: int
    enabled: bool
    tls: Tls
    ping: Ping
    recent_calls: bool
    overall: health.Overall
    reason: health.Reason | None
    takes_calls: bool
    answers: int | None
    seconds: float


class TrunkList(msgspec.Struct, kw_only=True):
    items: list[TrunkNow]


class ShuffleBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The same `seed` gives the same order of a route's trunks, call by call; null: by chance again."""

    seed: int | None = None


def order_trunk(world: World, call: Call) -> Reply:
    asked = call.json(TrunkBody)
    resource = named(world, asked.resource).key if asked.resource else None
    known, name = sip.find_trunk(world, asked.trunk, resource)
    one = BorderController(
        trunk=name,
        tls=asked.tls,
        ping=asked.ping,
        recent_calls=asked.recent_calls,
        answers=asked.answers,
        seconds=asked.seconds,
    )
    world.border_controllers.put(name.lower(), one)
    return Reply(body=now(world, known, name))


def list_trunks(world: World, call: Call) -> Reply:
    return Reply(body=TrunkList(items=[now(world, one, name) for one in world.sip.all() for name in one.trunks]))


def forget_trunks(world: World, call: Call) -> Reply:
    """All of them are in good order again, or the one that the query names."""
    name = call.query.get("trunk", "").lower()
    if not name:
        world.border_controllers.clear()
    elif name in world.border_controllers:
        world.border_controllers.remove(name)
    else:
        raise NOT_ORDERED.of()
    return Reply(body=Done())


def shuffle(world: World, call: Call) -> Reply:
    world.dice = random.Random(call.json(ShuffleBody).seed)  # noqa: S311  # which trunk is tried first is no secret
    return Reply(body=Done())


def now(world: World, known: SipConfiguration, name: str) -> TrunkNow:
    one, trunk, resource = health.controller(world, name), known.trunks[name], world.communication.get(known.resource)
    overall, reason = health.overall(one)
    return TrunkNow(
        trunk=name,
        resource=resource.name if resource else "",
        port=trunk.port,
        enabled=health.is_enabled(known, name),
        tls=one.tls,
        ping=one.ping,
        recent_calls=one.recent_calls,
        overall=overall,
        reason=reason,
        takes_calls=health.takes_calls(world, known, name),
        answers=one.answers,
        seconds=one.seconds,
    )


ROUTES = [
    Described("GET", "/_local/sip/trunks", list_trunks, "Trunks, and how their border controllers are", TrunkList),
    Described("POST", "/_local/sip/trunks", order_trunk, "What the border controller of a trunk does", TrunkNow,
              TrunkBody),
    Described("DELETE", "/_local/sip/trunks", forget_trunks, "Border controllers are in good order again, or one",
              Done, query=("trunk",)),
    Described("POST", "/_local/sip/shuffle", shuffle, "In which order the trunks of a route are tried", Done,
              ShuffleBody),
]  # fmt: skip
