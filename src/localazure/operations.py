"""Long-running operations of Resource Manager.

https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
"""

import time

import msgspec

from localazure.clock import timestamp
from localazure.errors import OPERATION_NOT_FOUND
from localazure.pipeline import Call, Reply
from localazure.records.ids import new_id
from localazure.records.resources import Operation
from localazure.world import World

RUNNING, SUCCEEDED, FAILED = "InProgress", "Succeeded", "Failed"
PATIENCE_SECONDS = 1.0  # a poll is held that long, so that quick operations end within the first one
PATHS = {"Microsoft.EventGrid": "operationsStatus", "Microsoft.Communication": "operationStatuses"}


def begin(world: World, *, subscription_id: str, namespace: str, target: str, status: str = RUNNING) -> Operation:
    fresh = Operation(
        id=new_id().upper(),
        subscription_id=subscription_id,
        namespace=namespace,
        target=target,
        status=status,
        started_at=world.clock.now(),
    )
    return world.operations.put(fresh.id, fresh)


def succeed(world: World, operation: str) -> None:
    _end(world, operation, status=SUCCEEDED)


def fail(world: World, operation: str, *, code: str, message: str) -> None:
    _end(world, operation, status=FAILED, error_code=code, error_message=message)


def headers(world: World, call: Call, operation: Operation, *, location: bool = False) -> dict[str, str]:
    """Where to poll. `location` adds the older header, as deletions have it."""
    version = call.query["api-version"]
    base = f"{world.addresses.url}/subscriptions/{operation.subscription_id}/providers/{operation.namespace}/locations"
    status = f"{base}/global/{PATHS[operation.namespace]}/{operation.id}?api-version={version}"
    result = f"{base}/global/operationResults/{operation.id}?api-version={version}"
    return {"azure-asyncoperation": status, "retry-after": "1"} | ({"location": result} if location else {})


async def get_status(world: World, call: Call) -> Reply:
    operation = await _awaited(world, call.params["operation"])
    body: dict[str, object] = {
        "id": f"{world.addresses.url}{call.target}",
        "name": operation.id.lower(),
        "status": operation.status,
        "startTime": timestamp(operation.started_at),
    }
    if operation.status == FAILED:
        body["error"] = {"code": operation.error_code, "message": operation.error_message}
    return Reply(body=body, headers={"retry-after": "1"} if operation.status == RUNNING else {})


async def get_result(world: World, call: Call) -> Reply:
    operation = await _awaited(world, call.params["operation"])
    if operation.status != RUNNING:
        return Reply(status=204)
    here = f"{world.addresses.url}{call.target}"
    return Reply(status=202, headers={"location": here, "retry-after": "1"})


async def _awaited(world: World, name: str) -> Operation:
    deadline = time.monotonic() + PATIENCE_SECONDS
    operation = world.operations.get(name.upper())
    while operation and operation.status == RUNNING and (left := deadline - time.monotonic()) > 0:
        await world.operations_changed.wait(left)
        operation = world.operations.get(name.upper())
    if operation is None:
        raise OPERATION_NOT_FOUND.of(operation=name)
    return operation


def _end(world: World, name: str, **changes: str) -> None:
    operation = world.operations.get(name)
    if operation and operation.status == RUNNING:
        world.operations.put(name, msgspec.structs.replace(operation, **changes))
        world.operations_changed.ring()
