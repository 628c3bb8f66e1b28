"""The control API's part for telephones outside: what they do when they are called."""

from typing import Annotated

import msgspec

from localazure.calling import identifiers
from localazure.control.call_shapes import Script, Seconds, checked
from localazure.control.openapi import Described
from localazure.control.shapes import Done
from localazure.errors import INVALID_CONTROL, NOT_ORDERED
from localazure.pipeline import Call, Reply
from localazure.records.calling import Step, Telephone, WhenCalled
from localazure.world import World


class TelephoneBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a telephone outside does whenever it is called: `number` is E.164, or a user's id. Answered, it follows its
    script. `ring` leaves it to whoever picks it up.
    """

    number: Annotated[str, msgspec.Meta(max_length=128, examples=["+14255550123"])]
    when_called: WhenCalled
    after_seconds: Seconds = 0
    script: Script = ()


class TelephoneNow(msgspec.Struct, kw_only=True):
    number: str
    when_called: WhenCalled
    after_seconds: float
    script: tuple[Step, ...]


class TelephoneList(msgspec.Struct, kw_only=True):
    items: list[TelephoneNow]


def order_telephone(world: World, call: Call) -> Reply:
    asked = call.json(TelephoneBody)
    name = identifiers.of_number(asked.number) if asked.number.startswith("+") else asked.number
    if not identifiers.is_callable(name):
        raise INVALID_CONTROL.of(reason="The 'number' is no E.164 number and no user's id.")
    one = Telephone(
        raw_id=name,
        when_called=asked.when_called,
        after_seconds=asked.after_seconds,
        script=checked(asked.script),
    )
    world.telephones.put(name, one)
    return Reply(body=Done())


def list_telephones(world: World, call: Call) -> Reply:
    return Reply(body=TelephoneList(items=[_now(one) for one in world.telephones.all()]))


def forget_telephones(world: World, call: Call) -> Reply:
    """All of them, or the one that the query names."""
    number = call.query.get("number", "").replace(" ", "+")
    name = identifiers.of_number(number) if number.startswith("+") else number
    if not name:
        world.telephones.clear()
    elif name in world.telephones:
        world.telephones.remove(name)
    else:
        raise NOT_ORDERED.of()
    return Reply(body=Done())


def _now(one: Telephone) -> TelephoneNow:
    return TelephoneNow(
        number=identifiers.number_of(one.raw_id),
        when_called=one.when_called,
        after_seconds=one.after_seconds,
        script=one.script,
    )


ROUTES = [
    Described("GET", "/_local/telephones", list_telephones, "What telephones outside do when they are called",
              TelephoneList),
    Described("POST", "/_local/telephones", order_telephone, "What a telephone outside does when it is called", Done,
              TelephoneBody),
    Described("DELETE", "/_local/telephones", forget_telephones, "They ring as all others do, or one of them", Done,
              query=("number",)),
]  # fmt: skip
