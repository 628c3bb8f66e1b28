"""Calls that an application makes: out to telephones and users, or into a call that is there."""

from functools import partial

from localazure.calling import arriving, callbacks, dialling, finding, identifiers, presence, taking
from localazure.calling.bodies import CallLocator, ConnectBody, CreateBody
from localazure.calling.errors import CALL_NOT_FOUND, INVALID_CALL
from localazure.calling.model import Call, Connection, ConnectionState
from localazure.calling.results import Result
from localazure.errors import PART_NOT_EMULATED
from localazure.world import World


def create(world: World, resource: str, body: CreateBody) -> Connection:
    """All targets ring at once; the first who answers has the call, the others may still come in."""
    taking.check(body)
    if body.teams_app_source:
        raise PART_NOT_EMULATED.of(what="Calling in the name of an application of Teams")
    targets = tuple(dict.fromkeys(identifiers.raw_id(one, "target") for one in body.targets))
    given = body.source_caller_id_number.value if body.source_caller_id_number else None
    number = given or ""
    if given is not None or any(map(identifiers.is_telephone, targets)):
        number = finding.caller_id(world, resource, given)
    source = body.source.id if body.source else ""
    caller = identifiers.of_number(number) if number else source
    call = arriving.new_call(world, resource=resource, inbound=False, caller=caller, callee=targets[0])
    connection = taking.take(
        call,
        body,
        source=source,
        source_number=number,
        source_name=body.source_display_name or "",
        targets=targets,
    )
    for name in targets:
        dialling.dial(world, call, name, partial(_decided, world, connection), caller_id=number)
    return connection


def connect(world: World, resource: str, body: ConnectBody) -> Connection:
    taking.check(body)
    call = located(world, resource, body.call_locator)
    connection = taking.take(call, body)
    world.background.spawn(_join(world, connection))
    return connection


def located(world: World, resource: str, locator: CallLocator) -> Call:
    """A call that is going on."""
    if locator.group_call_id or locator.room_id:
        raise PART_NOT_EMULATED.of(what="Group calls and rooms")
    if not locator.server_call_id:
        raise INVALID_CALL.of(reason="The callLocator names no call.")
    for one in world.calls:
        if one.server_call_id == locator.server_call_id and one.resource == resource and one.talking():
            return one
    raise CALL_NOT_FOUND.of()


async def _join(world: World, connection: Connection) -> None:
    if connection.open:
        presence.established(world, connection)


def _decided(world: World, connection: Connection, result: Result | None) -> None:
    call = connection.call
    if result is None and connection.state is ConnectionState.CONNECTING:
        presence.established(world, connection)
    elif result is None:
        presence.changed(world, call)
    elif connection.state is ConnectionState.CONNECTING and not call.alive():
        connection.state = ConnectionState.DISCONNECTED
        callbacks.tell(world, connection, "CreateCallFailed", result=result, context=connection.context)
        presence.end(world, call, result)
    else:
        presence.settle(world, call, result)
