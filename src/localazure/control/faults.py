"""Trouble on order: ordered, looked at, cleared."""

from typing import Annotated

import msgspec

from localazure.arm.scopes import registration_state
from localazure.control.openapi import Described
from localazure.control.shapes import Done
from localazure.errors import INVALID_CONTROL, NOT_ORDERED
from localazure.eventgrid import identity
from localazure.graph import rules as graph
from localazure.pipeline import Call, Reply
from localazure.records.event_faults import CALLBACKS, DeliveryAction, DeliveryFault
from localazure.records.messages import Fault
from localazure.store import Table
from localazure.world import World

DELIVERY = "eventgrid.delivery"
REORDER_SECONDS = 0.2  # between two events, where none are given: enough for one to arrive before the next leaves
FAULTY = (
    r"^(sms\.send|provider\.register|numbers\.operation|eventgrid\.delivery|eventgrid\.principal|calling\.callback"
    r"|communication|arm|graph|entra|eventgrid|(\*|[A-Za-z]+) /[!-~]*)$"
)


class FaultBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The next `times` requests meet it; with `lasting` all of them, until DELETE.

    `operation` is a request (`POST /sms`, `* /phoneNumbers*`), which then is late, hangs or answers `status` before
    anything is done, or with `done` after it was; or a whole service: communication, arm, graph, entra, eventgrid
    (where events are published to). Or one of these, where what was asked for is done: `sms.send` (only the answer is
    late, hangs or fails), `provider.register` (registering takes longer), `numbers.operation` (a number operation takes
    longer, or with a `status` ends as failed).

    `eventgrid.delivery` needs an `action` and may name one event subscription. Reorder: of the next `times` events the
    first leaves last, `delay_seconds` apart. Answer: the endpoint is not asked, `status` stands for its answer, and
    without one it seems to hang.

    `calling.callback` is the same for what applications are told of their calls, without a subscription.

    `eventgrid.principal` takes Event Grid's own service principal away, with what was assigned to it: no protected
    delivery gets a token until somebody makes it again, or until DELETE. Registering the provider does not.
    """

    operation: Annotated[str, msgspec.Meta(pattern=FAULTY, examples=["POST /sms"])]
    delay_seconds: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 0
    hang: bool = False
    status: Annotated[int, msgspec.Meta(ge=400, le=599)] | None = None
    retry_after_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] | None = None
    times: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    lasting: bool = False
    done: bool = False
    action: DeliveryAction | None = None
    subscription: str = ""


class FaultNow(msgspec.Struct, kw_only=True):
    """`times` is how often it is still to happen, null while it lasts. `subscription` is an id, empty for all."""

    operation: str
    times: int | None
    delay_seconds: float
    hang: bool
    status: int | None
    retry_after_seconds: int | None
    done: bool = False
    action: DeliveryAction | None = None
    subscription: str = ""


class FaultList(msgspec.Struct, kw_only=True):
    items: list[FaultNow]


def order_fault(world: World, call: Call) -> Reply:
    asked = call.json(FaultBody)
    if asked.operation in {DELIVERY, CALLBACKS}:
        _order_delivery_fault(world, asked)
    elif asked.operation == identity.TAKEN_AWAY:
        _take_principal_away(world)
    else:
        fault = Fault(
            operation=asked.operation,
            times=asked.times,
            delay_seconds=asked.delay_seconds,
            hang=asked.hang,
            status=asked.status or 0,
            retry_after_seconds=asked.retry_after_seconds,
            lasting=asked.lasting,
            done=asked.done,
        )
        world.faults.put(asked.operation, fault)
    return Reply(body=Done())


def list_faults(world: World, call: Call) -> Reply:
    return Reply(body=FaultList(items=ordered(world)))


def ordered(world: World) -> list[FaultNow]:
    requests = [_request_fault(one) for one in world.faults.all()]
    return requests + [_delivery_fault(one) for one in world.delivery_faults.all()]


def clear_faults(world: World, call: Call) -> Reply:
    """All of them, or the one that the query names as the list does."""
    operation, action = call.query.get("operation", ""), call.query.get("action", "")
    if not operation:
        world.faults.clear()
        world.delivery_faults.clear()
    elif operation in {DELIVERY, CALLBACKS}:
        owner = CALLBACKS if operation == CALLBACKS else call.query.get("subscription", "").lower()
        _clear_one(world.delivery_faults, f"{owner}/{action}")
    else:
        _clear_one(world.faults, operation)
    if identity.TAKEN_AWAY not in world.faults and _event_grid_is_registered(world):
        identity.event_grid_principal(world)
    return Reply(body=Done())


def _clear_one(table: Table[Fault] | Table[DeliveryFault], key: str) -> None:
    if key not in table:
        raise NOT_ORDERED.of()
    table.remove(key)


def _event_grid_is_registered(world: World) -> bool:
    grids = [one for one in world.providers.all() if one.namespace == "Microsoft.EventGrid"]
    return any(registration_state(world, one) != "NotRegistered" for one in grids)


def _order_delivery_fault(world: World, asked: FaultBody) -> None:
    """`subscription` is an event subscription's id or bare name, any case; empty: all of them together."""
    if asked.action is None:
        raise INVALID_CONTROL.of(reason=f"{asked.operation} needs an action.")
    if asked.lasting and asked.action is DeliveryAction.REORDER:
        raise INVALID_CONTROL.of(reason="A number of events is reordered: give times, without lasting.")
    fault = DeliveryFault(
        subscription=_troubled(world, asked),
        action=asked.action,
        times=asked.times,
        lasting=asked.lasting,
        seconds=asked.delay_seconds or (REORDER_SECONDS if asked.action is DeliveryAction.REORDER else 0),
        status=asked.status,
    )
    world.delivery_faults.put(fault.key, fault)


def _troubled(world: World, asked: FaultBody) -> str:
    if asked.operation == CALLBACKS:
        return CALLBACKS
    return _subscription(world, asked.subscription.lower()) if asked.subscription else ""


def _take_principal_away(world: World) -> None:
    with world.store.transaction():
        if principal := identity.known_principal(world):
            graph.remove_principal(world, principal)
        world.faults.put(identity.TAKEN_AWAY, Fault(operation=identity.TAKEN_AWAY, lasting=True))
    world.event_grid_tokens.clear()


def _subscription(world: World, wanted: str) -> str:
    for one in world.event_subscriptions.all():
        if wanted in {one.key, one.name.lower()}:
            return one.key
    raise INVALID_CONTROL.of(reason=f"There is no event subscription {wanted}.")


def _request_fault(one: Fault) -> FaultNow:
    return FaultNow(
        operation=one.operation,
        times=None if one.lasting else one.times,
        delay_seconds=one.delay_seconds,
        hang=one.hang,
        status=one.status or None,
        retry_after_seconds=one.retry_after_seconds,
        done=one.done,
    )


def _delivery_fault(one: DeliveryFault) -> FaultNow:
    return FaultNow(
        operation=CALLBACKS if one.subscription == CALLBACKS else DELIVERY,
        times=None if one.lasting else one.times,
        delay_seconds=one.seconds,
        hang=one.action is DeliveryAction.ANSWER and one.status is None,
        status=one.status,
        retry_after_seconds=None,
        action=one.action,
        subscription="" if one.subscription == CALLBACKS else one.subscription,
    )


ROUTES = [
    Described("GET", "/_local/faults", list_faults, "The trouble that is on order", FaultList),
    Described("POST", "/_local/faults", order_fault, "Trouble on order", Done, FaultBody),
    Described("DELETE", "/_local/faults", clear_faults, "No more trouble, or one of it", Done,
              query=("operation", "action", "subscription")),
]  # fmt: skip
