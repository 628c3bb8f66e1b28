"""Long-running operations of phone numbers: asked for now, in effect a moment later."""

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import msgspec

from localazure import faults
from localazure.communication.numbers import reservations, searches, trading
from localazure.communication.numbers.kinds import OperationKind
from localazure.communication.numbers.shapes import operation_shape
from localazure.errors import NUMBERS_NOT_FOUND, ServiceError
from localazure.pipeline import Call, Reply
from localazure.records.telephony import Capabilities, NumberOperation, NumberOperationState
from localazure.world import World

TAKES = timedelta(seconds=0.05)
FAULT = "numbers.operation"
PATIENCE_SECONDS = 1.0  # a poll is held that long, so that quick operations end within the first one
EFFECTS: dict[str, Callable[[World, NumberOperation], None]] = {
    OperationKind.SEARCH: searches.complete,
    OperationKind.PURCHASE: trading.complete_purchase,
    OperationKind.RELEASE: trading.complete_release,
    OperationKind.CAPABILITIES: trading.complete_capabilities,
    OperationKind.RESERVATION: reservations.complete_purchase,
}
PREFIXES = {
    OperationKind.SEARCH: "search",
    OperationKind.PURCHASE: "purchase",
    OperationKind.RELEASE: "release",
    OperationKind.CAPABILITIES: "capabilities",
    OperationKind.RESERVATION: "reservation-purchase",
}


def begin(
    world: World, call: Call, kind: OperationKind, subject: str, *, wanted: Capabilities | None = None, name: str = ""
) -> Reply:
    """202 with the headers that lead to the operation; `name` is the id it shares with what it makes."""
    name, now, fault = name or str(uuid4()), world.clock.now(), faults.take(world, FAULT)
    error = faults.refusal(fault) if fault and fault.status else None
    operation = NumberOperation(
        id=f"{PREFIXES[kind]}_{name}",
        resource=call.caller.resource,
        kind=kind,
        subject=subject,
        made_at=now,
        due_at=now + (timedelta(seconds=fault.delay_seconds) if fault else TAKES),
        capabilities=wanted,
        error_code=error.code if error else "",
        error_message=error.message if error else "",
    )
    world.number_operations.put(operation.id, operation)
    world.background.spawn(run(world, operation.id))
    where = _location(operation, call)
    headers = {
        "operation-location": f"/phoneNumbers/operations/{operation.id}?api-version={call.query['api-version']}",
        "operation-id": operation.id,
        f"{PREFIXES[kind]}-id": name,
    }
    return Reply(status=202, headers=headers | ({"location": where} if where else {}))


async def run(world: World, name: str) -> None:
    operation = world.number_operations[name]
    await world.clock.sleep_until(operation.due_at)
    with world.store.transaction():
        _end(world, operation)
    world.operations_changed.ring()


async def get(world: World, call: Call) -> Reply:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (one := _find(world, call)).state is NumberOperationState.RUNNING:
        left = deadline - time.monotonic()
        if left <= 0 or not await world.operations_changed.wait(left):
            break
    one = _find(world, call)
    where = _location(one, call)
    return Reply(body=operation_shape(one, where), headers={"location": where} if where else {})


def cancel(world: World, call: Call) -> Reply:
    """A search gives back what it holds; nothing else can be stopped any more."""
    one = _find(world, call)
    if one.kind == OperationKind.SEARCH:
        searches.cancel(world, one.subject)
    return Reply(status=204)


def _end(world: World, operation: NumberOperation) -> None:
    code, message = operation.error_code, operation.error_message
    try:
        if not code:
            EFFECTS[operation.kind](world, operation)
    except ServiceError as error:
        code, message = error.code, error.message
    state = NumberOperationState.FAILED if code else NumberOperationState.SUCCEEDED
    ended = msgspec.structs.replace(operation, state=state, error_code=code, error_message=message)
    world.number_operations.put(operation.id, ended)


def _find(world: World, call: Call) -> NumberOperation:
    name = call.params["operation"]
    one = world.number_operations.get(name)
    if one is None or one.resource != call.caller.resource:
        raise NUMBERS_NOT_FOUND.of(name="operationId", value=name, target="operationid")
    return one


def _location(one: NumberOperation, call: Call) -> str:
    places = {
        OperationKind.SEARCH: f"/availablePhoneNumbers/searchResults/{one.subject}",
        OperationKind.CAPABILITIES: f"/phoneNumbers/%2B{one.subject.lstrip('+')}",
        OperationKind.RESERVATION: f"/availablePhoneNumbers/reservations/{one.subject}",
    }
    place = places.get(OperationKind(one.kind))
    return f"{place}?api-version={call.query['api-version']}" if place else ""
