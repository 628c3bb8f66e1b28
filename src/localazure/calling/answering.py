"""What an application does with a call that rings: it takes it, sends it away, or sends it on."""

from functools import partial

from localazure.calling import arriving, contexts, dialling, identifiers, presence, taking
from localazure.calling.bodies import AnswerBody, RedirectBody, RejectBody
from localazure.calling.errors import INVALID_CALL
from localazure.calling.model import Call, Connection
from localazure.calling.results import BUSY, REJECTED, Result
from localazure.world import World

REASONS = {"busy": BUSY}


def answer(world: World, resource: str, body: AnswerBody) -> Connection:
    taking.check(body)
    call = contexts.ringing(world, resource, body.incoming_call_context)
    assert call.offer is not None
    connection = taking.take(
        call,
        body,
        source=call.caller,
        targets=(call.offer.to,),
        answered_by=body.answered_by.id if body.answered_by else "",
        answered_for=identifiers.number_of(call.callee) if identifiers.is_telephone(call.callee) else "",
    )
    call.offer = None
    world.background.spawn(_connect(world, connection))
    return connection


def reject(world: World, resource: str, body: RejectBody) -> None:
    call = contexts.ringing(world, resource, body.incoming_call_context)
    presence.end(world, call, REASONS.get(body.call_reject_reason or "", REJECTED))


def redirect(world: World, resource: str, body: RedirectBody) -> None:
    """At a user or another number of the resource it rings anew, with an event of its own; a telephone just rings."""
    call = contexts.ringing(world, resource, body.incoming_call_context)
    target = identifiers.raw_id(body.target, "target")
    number = world.numbers.get(identifiers.number_of(target))
    own = number if number and number.resource == resource else None
    if own and "inbound" not in own.calling:
        raise INVALID_CALL.of(reason="The number of the target takes no calls.")
    if own or not identifiers.is_telephone(target):
        arriving.offer(world, call, target)
    else:
        caller_id, paid_by = identifiers.number_of(call.caller), identifiers.number_of(call.callee)
        dialling.dial(world, call, target, partial(_redirected, world, call), caller_id=caller_id, paid_by=paid_by)
        call.offer = None


def _redirected(world: World, call: Call, result: Result | None) -> None:
    if result is None:
        presence.answered(world, call)
    else:
        presence.end(world, call, result)


async def _connect(world: World, connection: Connection) -> None:
    """Not before the answer has left: it says "connecting"."""
    call = connection.call
    if connection.open and not call.over:
        presence.answered(world, call)
        if not call.over:
            presence.established(world, connection)
