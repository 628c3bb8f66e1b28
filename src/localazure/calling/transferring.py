"""A party is sent on to somebody else, and the application lets go."""

from collections.abc import Callable
from functools import partial

from localazure.calling import arriving, callbacks, dialling, finding, identifiers, presence
from localazure.calling.addresses import operation_callback
from localazure.calling.bodies import TransferBody
from localazure.calling.errors import INVALID_CALL
from localazure.calling.model import Call, Connection, ConnectionState, CustomContext, Leg, LegState
from localazure.calling.participants import custom_context
from localazure.calling.results import CANCELED, DONE, TRANSFERRED, Result
from localazure.records.resources import PhoneNumber
from localazure.world import World

Came = Callable[[Call, Result | None], None]


def transfer(world: World, connection: Connection, body: TransferBody) -> None:
    """The target rings while the transferee waits; nobody is asked who is not named, unless there is one only."""
    uri = operation_callback(body)
    target = identifiers.raw_id(body.target_participant, "targetParticipant")
    caller_id = connection.source_number or connection.answered_for
    if body.source_caller_id_number:
        caller_id = finding.caller_id(world, connection.call.resource, body.source_caller_id_number.value)
    transferee = _transferee(connection, body)
    custom = custom_context(body.custom_calling_context)
    number = world.numbers.get(identifiers.number_of(target))
    if number is not None and "inbound" in number.calling:
        came = partial(_came, world, connection, transferee, body.operation_context, uri)
        _ring_at(world, number, transferee, custom, came)
    else:
        decided = partial(_decided, world, connection, transferee, target, body.operation_context, uri)
        dialling.dial(world, connection.call, target, decided, custom=custom, caller_id=caller_id)
    connection.state = ConnectionState.TRANSFERRING


def _ring_at(world: World, number: PhoneNumber, transferee: Leg, custom: CustomContext, came: Came) -> None:
    """A number of a resource takes it as any call that comes in, with what the application sends along."""
    if transferee.towards is not None:
        raise INVALID_CALL.of(reason="The transferee is being transferred already.")
    callee = identifiers.of_number(number.number)
    call = arriving.new_call(
        world, resource=number.resource, inbound=True, caller=transferee.raw_id, callee=callee, custom=custom
    )
    call.brings, transferee.towards = partial(came, call), call
    arriving.offer(world, call, callee)


def _came(
    world: World,
    connection: Connection,
    transferee: Leg,
    context: str | None,
    uri: str | None,
    new: Call,
    result: Result | None,
) -> None:
    """The transferee, who has waited in the old call, talks in the new one, or does not."""
    transferee.towards = None
    if transferee.state is not LegState.CONNECTED:
        return None  # with it the new call ends
    if result is not None:
        connection.state = ConnectionState.CONNECTED
        return callbacks.tell(world, connection, "CallTransferFailed", result=result, context=context, uri=uri)
    data = {"transferTarget": identifiers.shape(new.callee), "transferee": identifiers.shape(transferee.raw_id)}
    callbacks.tell(world, connection, "CallTransferAccepted", data, result=DONE, context=context, uri=uri)
    old, connection.state = connection.call, ConnectionState.CONNECTED
    presence.move(world, transferee, new)
    presence.settle(world, old, TRANSFERRED)
    if not old.over:
        presence.changed(world, old)
    return None


def _transferee(connection: Connection, body: TransferBody) -> Leg:
    if body.transferee:
        return finding.party(connection.call, body.transferee, "transferee")
    talking = connection.call.talking()
    if len(talking) != 1:
        raise INVALID_CALL.of(reason="The transferee is missing, which a call of several needs.")
    return talking[0]


def _decided(
    world: World,
    connection: Connection,
    transferee: Leg,
    target: str,
    context: str | None,
    uri: str | None,
    result: Result | None,
) -> None:
    call = connection.call
    if result is None and transferee.state is not LegState.CONNECTED:  # hung up while the other telephone rang
        result = CANCELED
        presence.gone(world, call.legs[target], result)
    if result is not None:
        connection.state = ConnectionState.CONNECTED
        callbacks.tell(world, connection, "CallTransferFailed", result=result, context=context, uri=uri)
        presence.settle(world, call, result)
        return
    data = {"transferTarget": identifiers.shape(target), "transferee": identifiers.shape(transferee.raw_id)}
    callbacks.tell(world, connection, "CallTransferAccepted", data, result=DONE, context=context, uri=uri)
    connection.state = ConnectionState.TRANSFER_ACCEPTED
    if set(call.talking()) == {transferee, call.legs[target]}:
        presence.release(world, connection, TRANSFERRED)
        presence.changed(world, call)
    else:
        _split(world, connection, transferee, call.legs[target])


def _split(world: World, connection: Connection, transferee: Leg, target: Leg) -> None:
    """Out of a call of several the two go into one of their own, which no application has a hold on."""
    connection.state = ConnectionState.CONNECTED
    old = connection.call
    new = arriving.new_call(
        world, resource=old.resource, inbound=old.inbound, caller=transferee.raw_id, callee=target.raw_id
    )
    for leg in (transferee, target):
        presence.move(world, leg, new)
    presence.settle(world, old, TRANSFERRED)
    if not old.over:
        presence.changed(world, old)
