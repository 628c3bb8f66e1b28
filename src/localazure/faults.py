"""Trouble on order."""

from fnmatch import fnmatchcase

import msgspec

from localazure.errors import OUT_OF_ORDER, ServiceError
from localazure.racing import first
from localazure.records.messages import Fault
from localazure.world import World

CODES = {429: "TooManyRequests", 500: "InternalServerError", 503: "ServiceUnavailable"}
RETRY_SECONDS = 1  # with a 429, where nothing else was ordered


async def meet(world: World, service: str, method: str, path: str, *, done: bool = False) -> None:
    """What waits for the service or for the request, before anything is done or after it. Raises what it is to
    answer."""
    request = f"{method} {path}".lower()
    for one in world.faults.all():
        wanted = one.operation.lower()
        if one.done is done and (wanted == service or (" " in wanted and fnmatchcase(request, wanted))):
            await _befall(world, one.operation)
            return


async def suffer(world: World, operation: str) -> None:
    """Holds the answer back as a fault says, if one waits for this operation. What was done stays done."""
    await _befall(world, operation)


def take(world: World, operation: str) -> Fault | None:
    fault = world.faults.get(operation)
    if fault is None or fault.lasting:
        return fault
    if fault.times > 1:
        world.faults.put(operation, msgspec.structs.replace(fault, times=fault.times - 1))
    else:
        world.faults.remove(operation)
    return fault


def refusal(fault: Fault) -> ServiceError:
    error = OUT_OF_ORDER.of()
    error.status, error.code = fault.status, CODES.get(fault.status, "Error")
    seconds = fault.retry_after_seconds
    if seconds is None and fault.status == 429:
        seconds = RETRY_SECONDS
    if seconds is not None:
        error.headers["retry-after"] = str(seconds)
    return error


async def _befall(world: World, operation: str) -> None:
    fault = take(world, operation)
    if fault and fault.hang:
        await world.closing.wait()
    elif fault and fault.delay_seconds:
        await first(world.clock.sleep(fault.delay_seconds), world.closing.wait())
    if fault and fault.status:
        raise refusal(fault)
