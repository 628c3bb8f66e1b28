"""The paths of who is in a call."""

from localazure.calling import finding, participants, shapes, transferring
from localazure.calling.bodies import AddBody, CancelAddBody, MoveBody, MuteBody, RemoveBody, TransferBody
from localazure.calling.paths import ONE
from localazure.calling.repeating import repeatable
from localazure.calling.shapes import accepted
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World

ALL = f"{ONE}/participants"


def list_all(world: World, call: Call) -> Reply:
    connection = finding.established(world, call)
    return Reply(body={"value": shapes.participants(connection.call)})


def get(world: World, call: Call) -> Reply:
    connection = finding.established(world, call)
    return Reply(body=shapes.participant(participants.find(connection, call.params["participant"])))


@repeatable
def add(world: World, call: Call) -> Reply:
    body = call.json(AddBody)
    leg = participants.add(world, finding.established(world, call), body)
    return accepted(body.operation_context, participant=shapes.participant(leg), invitationId=leg.invitation)


@repeatable
def cancel_add(world: World, call: Call) -> Reply:
    body = call.json(CancelAddBody)
    participants.cancel_add(world, finding.established(world, call), body)
    return accepted(body.operation_context, invitationId=body.invitation_id)


@repeatable
def remove(world: World, call: Call) -> Reply:
    body = call.json(RemoveBody)
    participants.remove(world, finding.established(world, call), body)
    return accepted(body.operation_context)


@repeatable
def mute(world: World, call: Call) -> Reply:
    body = call.json(MuteBody)
    participants.mute(world, finding.established(world, call), body)
    return accepted(body.operation_context, status=200)


@repeatable
def move_here(world: World, call: Call) -> Reply:
    body = call.json(MoveBody)
    legs = participants.move_here(world, finding.established(world, call), body)
    moved = [shapes.participant(leg) for leg in legs]
    return accepted(body.operation_context, participants=moved, fromCall=body.from_call)


@repeatable
def transfer(world: World, call: Call) -> Reply:
    body = call.json(TransferBody)
    transferring.transfer(world, finding.established(world, call), body)
    return accepted(body.operation_context)


ROUTES = [
    Route("GET", ALL, list_all),
    Route("GET", f"{ALL}/{{participant}}", get),
    Route("POST", f"{ALL}:add", add),
    Route("POST", f"{ALL}:cancelAddParticipant", cancel_add),
    Route("POST", f"{ALL}:remove", remove),
    Route("POST", f"{ALL}:mute", mute),
    Route("POST", f"{ALL}:moveHere", move_here),
    Route("POST", f"{ONE}:transferToParticipant", transfer),
]
