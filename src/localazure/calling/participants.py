"""Who is in a call by an application's wish: asked in, let go, muted, moved from another call."""

from functools import partial

from localazure.calling import callbacks, dialling, finding, identifiers, presence
from localazure.calling.addresses import operation_callback
from localazure.calling.bodies import AddBody, CancelAddBody, CustomCallingContext, MoveBody, MuteBody, RemoveBody
from localazure.calling.errors import CALL_NOT_FOUND, INVALID_CALL, PARTICIPANT_NOT_FOUND
from localazure.calling.model import Connection, CustomContext, Leg, LegState
from localazure.calling.results import CANCELED, DONE, NO_INVITATION, NOT_IN_THE_CALL, REMOVED, Result
from localazure.records.ids import new_id
from localazure.world import World


def add(world: World, connection: Connection, body: AddBody) -> Leg:
    """It rings until it answers or the time is over; then the application is told."""
    uri = operation_callback(body)
    name, number = identifiers.raw_id(body.participant_to_add, "participantToAdd"), ""
    if identifiers.is_telephone(name):
        given = body.source_caller_id_number.value if body.source_caller_id_number else None
        number = finding.caller_id(world, connection.call.resource, given)
    leg = dialling.dial(
        world,
        connection.call,
        name,
        partial(_added, world, connection, name, body.operation_context, uri),
        seconds=body.invitation_timeout_in_seconds or dialling.RING_OUT,
        custom=custom_context(body.custom_calling_context),
        caller_id=number,
    )
    leg.invitation = new_id()
    return leg


def custom_context(given: CustomCallingContext | None) -> CustomContext:
    return CustomContext(sip=given.sip_headers or {}, voip=given.voip_headers or {}) if given else CustomContext()


def _added(
    world: World, connection: Connection, name: str, context: str | None, uri: str | None, result: Result | None
) -> None:
    kind = "AddParticipantFailed" if result else "AddParticipantSucceeded"
    data = {"participant": identifiers.shape(name)}
    callbacks.tell(world, connection, kind, data, result=result or DONE, context=context, uri=uri)
    if result is None:
        presence.changed(world, connection.call)
    else:
        presence.settle(world, connection.call, result)


def cancel_add(world: World, connection: Connection, body: CancelAddBody) -> None:
    uri = operation_callback(body)
    invited = [one for one in connection.call.alive() if one.invitation == body.invitation_id]
    ringing = [one for one in invited if one.state is LegState.RINGING]
    for leg in ringing:
        presence.gone(world, leg, CANCELED)
    callbacks.tell(
        world,
        connection,
        "CancelAddParticipantSucceeded" if ringing else "CancelAddParticipantFailed",
        {"invitationId": body.invitation_id},
        result=DONE if ringing else NO_INVITATION,
        context=body.operation_context,
        uri=uri,
    )
    presence.settle(world, connection.call, CANCELED)


def remove(world: World, connection: Connection, body: RemoveBody) -> None:
    uri = operation_callback(body)
    name = identifiers.raw_id(body.participant_to_remove, "participantToRemove")
    leg = connection.call.legs.get(name)
    there = leg is not None and leg.state is LegState.CONNECTED
    callbacks.tell(
        world,
        connection,
        "RemoveParticipantSucceeded" if there else "RemoveParticipantFailed",
        {"participant": identifiers.shape(name)},
        result=DONE if there else NOT_IN_THE_CALL,
        context=body.operation_context,
        uri=uri,
    )
    if leg is not None and there:
        presence.leave(world, leg, REMOVED)


def mute(world: World, connection: Connection, body: MuteBody) -> None:
    """Only users can be muted: a telephone's line is not ours."""
    leg = finding.party(connection.call, body.target_participants[0], "targetParticipant")
    if identifiers.is_telephone(leg.raw_id):
        raise INVALID_CALL.of(reason="Only Communication Services users can be muted.")
    leg.muted = True
    presence.changed(world, connection.call)


def move_here(world: World, connection: Connection, body: MoveBody) -> list[Leg]:
    """From another call of the resource that the application has a hold on."""
    uri = operation_callback(body)
    other = world.calls.connection(body.from_call)
    if other is None or not other.open or other.call.resource != connection.call.resource:
        raise CALL_NOT_FOUND.of()
    if other.call is connection.call:
        raise INVALID_CALL.of(reason="The participants are in this call already.")
    legs = [finding.party(other.call, one, "targetParticipant") for one in body.target_participants]
    if any(leg.raw_id in connection.call.legs for leg in legs) or len(set(legs)) < len(legs):
        raise INVALID_CALL.of(reason="The participant is in the call already.")
    for leg in legs:
        presence.move(world, leg, connection.call)
        data = {"participant": identifiers.shape(leg.raw_id), "fromCall": body.from_call}
        callbacks.tell(
            world, connection, "MoveParticipantSucceeded", data, result=DONE, context=body.operation_context, uri=uri
        )
    presence.changed(world, connection.call)
    presence.settle(world, other.call, REMOVED)
    if not other.call.over:
        presence.changed(world, other.call)
    return legs


def find(connection: Connection, name: str) -> Leg:
    if not identifiers.is_callable(name):
        raise PARTICIPANT_NOT_FOUND.of()
    return finding.party_named(connection.call, name)
