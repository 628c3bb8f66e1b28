"""The control API's part for calls: who calls, what they do, and what became of it."""

from localazure.calling import ai, arriving, dialling, entrances, identifiers, issuer, presence, sound
from localazure.calling.errors import CALL_IS_OVER, NO_SUCH_CALL
from localazure.calling.model import Call as Ongoing
from localazure.calling.model import CustomContext, Leg, LegState
from localazure.calling.results import BUSY, CALLER_GAVE_UP, DECLINED
from localazure.control.call_shapes import (
    AiBody,
    CallBody,
    CallList,
    CallNow,
    Heard,
    PickUpBody,
    StepsBody,
    WindowNow,
    checked,
    now,
)
from localazure.control.openapi import Described
from localazure.control.shapes import Done, KeysNow, RotateBody
from localazure.control.telephones import ROUTES as TELEPHONES
from localazure.control.telephony import named
from localazure.errors import INVALID_CONTROL
from localazure.pipeline import Call, Reply
from localazure.records.calling import AiResource
from localazure.world import World

ANSWERS = {"answer": None, "decline": DECLINED, "busy": BUSY}


def make_call(world: World, call: Call) -> Reply:
    asked = call.json(CallBody)
    at = entrances.entrance(world, asked.to, asked.through)
    if asked.sender in world.numbers:
        raise INVALID_CONTROL.of(reason="The number in 'from' is a resource's own, no customer's.")
    made = arriving.ring(
        world,
        caller=identifiers.of_number(asked.sender),
        at=at,
        steps=checked(asked.script),
        custom=CustomContext(sip=asked.sip_headers, voip=asked.voip_headers),
        display_name=asked.display_name,
        gives_up_after=asked.gives_up_after_seconds,
    )
    return Reply(status=201, body=now(made))


def list_calls(world: World, call: Call) -> Reply:
    return Reply(body=CallList(items=[now(one) for one in world.calls]))


def get_call(world: World, call: Call) -> Reply:
    return Reply(body=now(_found(world, call)))


def add_steps(world: World, call: Call) -> Reply:
    one, asked = _ongoing(world, call), call.json(StepsBody)
    sound.add(_party(one, asked.party), checked(asked.script))
    return Reply(body=now(one))


def hang_up(world: World, call: Call) -> Reply:
    """The telephone that called does; one that was called, where the query names it."""
    one = _ongoing(world, call)
    leg = _party(one, call.query.get("party", "").replace(" ", "+"))
    if one.offer is not None:
        presence.end(world, one, CALLER_GAVE_UP)
    elif leg.decided:
        dialling.decide(world, leg, DECLINED)
    else:
        presence.hang_up(world, leg)
    return Reply(body=now(one))


def pick_up(world: World, call: Call) -> Reply:
    one, asked = _ongoing(world, call), call.json(PickUpBody)
    ringing = [leg for leg in one.alive() if leg.decided and asked.party in {None, leg.raw_id}]
    if len(ringing) != 1:
        raise INVALID_CONTROL.of(reason="Name in 'party' who of the call's telephones rings and is picked up.")
    dialling.decide(world, ringing[0], ANSWERS[asked.what])
    return Reply(body=now(one))


def get_heard(world: World, call: Call) -> Reply:
    """Also after it has gone. Whoever never came into the call heard nothing."""
    one, name = _found(world, call), call.query.get("party", "").replace(" ", "+")
    leg = one.legs.get(name) if name else next(iter(one.legs.values()), None)
    if leg is None or leg.performer is None:
        raise INVALID_CONTROL.of(reason="There is no such party in the call.")
    hearing = leg.performer.hearing
    windows = [WindowNow(level=each.level, hertz=each.hertz) for each in hearing.windows]
    return Reply(
        body=Heard(
            seconds=hearing.seconds,
            loudest=hearing.loudest,
            silent_seconds=hearing.silent_seconds,
            keys=hearing.keys,
            windows=windows,
        )
    )


def link_ai(world: World, call: Call) -> Reply:
    asked = call.json(AiBody)
    resource = named(world, asked.resource).key
    one = AiResource(resource=resource, endpoint=asked.endpoint)
    world.ai_resources.put(ai.key(resource, asked.endpoint), one)
    return Reply(body=Done())


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


ROUTES = [
    Described("POST", "/_local/calls", make_call, "Somebody outside calls one of the numbers", CallNow, CallBody,
              status=201),
    Described("GET", "/_local/calls", list_calls, "All calls, the oldest first", CallList),
    Described("POST", "/_local/calls/rotate-keys", rotate_keys, "A new key for what applications are told", KeysNow,
              RotateBody),
    Described("GET", "/_local/calls/{call}", get_call, "A call, its parties, and what was told of it", CallNow),
    Described("POST", "/_local/calls/{call}/steps", add_steps, "A party does more", CallNow, StepsBody),
    Described("POST", "/_local/calls/{call}/pick-up", pick_up, "A telephone that rings is answered, or not", CallNow,
              PickUpBody),
    Described("GET", "/_local/calls/{call}/heard", get_heard, "What a party heard", Heard, query=("party",)),
    Described("POST", "/_local/calls/ai", link_ai, "A resource may use an AI resource", Done, AiBody),
    *TELEPHONES,
    Described("DELETE", "/_local/calls/{call}", hang_up, "The telephone hangs up", CallNow, query=("party",)),
]  # fmt: skip
