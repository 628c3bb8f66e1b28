"""What an application does with a call that rings: it takes it, sends it away, or sends it on."""

from localazure.calling import contexts, identifiers, presence
from localazure.calling.addresses import callback
from localazure.calling.bodies import AnswerBody, RejectBody
from localazure.calling.model import Connection
from localazure.calling.results import BUSY, REJECTED
from localazure.records.ids import new_id
from localazure.world import World

REASONS = {"busy": BUSY}


def answer(world: World, resource: str, body: AnswerBody) -> Connection:
    uri = callback(body.callback_uri, "callbackUri")
    call = contexts.ringing(world, resource, body.incoming_call_context)
    assert call.offer is not None
    connection = Connection(
        id=new_id(),
        call=call,
        callback_uri=uri,
        context=body.operation_context,
        source=call.caller,
        targets=(call.offer.to,),
        answered_by=body.answered_by.id if body.answered_by else "",
        answered_for=identifiers.number_of(call.callee) if identifiers.is_telephone(call.callee) else "",
    )
    call.connections[connection.id] = connection
    call.offer = None
    world.background.spawn(_connect(world, connection))
    return connection


def reject(world: World, resource: str, body: RejectBody) -> None:
    call = contexts.ringing(world, resource, body.incoming_call_context)
    presence.end(world, call, REASONS.get(body.call_reject_reason or "", REJECTED))


async def _connect(world: World, connection: Connection) -> None:
    """Not before the answer has left: it says "connecting"."""
    call = connection.call
    if connection.open and not call.over:
        presence.enter(world, call, call.legs[call.caller])
        presence.established(world, connection)
