"""A party waits: it hears what is played to it and nobody else, and nobody hears it.

https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/hold-participant
"""

from localazure.calling import ai, callbacks, finding, presence, sound
from localazure.calling.addresses import operation_callback
from localazure.calling.fetching import Unplayable, sound_of
from localazure.calling.media_bodies import HoldBody, PlaySource, UnholdBody
from localazure.calling.model import Connection, Leg
from localazure.world import World


def hold(world: World, connection: Connection, body: HoldBody) -> None:
    """With a sound or text, which goes on until the wait is over."""
    uri = operation_callback(body)
    leg = finding.party(connection.call, body.target_participant, "targetParticipant")
    if body.play_source_info:
        ai.check_sources(world, connection, [body.play_source_info])
    _set(world, leg, held=True)
    if body.play_source_info:
        world.background.spawn(_entertain(world, connection, leg, body.play_source_info, body.operation_context, uri))


def unhold(world: World, connection: Connection, body: UnholdBody) -> None:
    operation_callback(body)  # nothing is told of it, but a bad address is still refused
    _set(world, finding.party(connection.call, body.target_participant, "targetParticipant"), held=False)


def _set(world: World, leg: Leg, *, held: bool) -> None:
    if leg.entertained:
        leg.entertained()
        leg.entertained = None
    if leg.held is not held:
        leg.held = held
        sound.stage(world, leg.call).room.hold(leg.raw_id, held)
        presence.changed(world, leg.call)


async def _entertain(
    world: World, connection: Connection, leg: Leg, source: PlaySource, context: str | None, uri: str | None
) -> None:
    try:
        music = await sound_of(world, [source])
    except Unplayable as error:
        callbacks.tell(world, connection, "HoldFailed", result=error.result, context=context, uri=uri)
        return
    stage = leg.call.stage
    if stage and leg.held and not leg.entertained and not stage.closed:
        leg.entertained = stage.play(music, to=[leg.raw_id], loop=True)
