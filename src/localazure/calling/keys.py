"""Keys that are told one by one, and keys that an application presses.

https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/control-mid-call-media-actions
"""

from functools import partial

from centrala_sound import sounds
from localazure.calling import callbacks, finding, sound, tones
from localazure.calling.addresses import operation_callback
from localazure.calling.media_bodies import ContinuousDtmfBody, SendDtmfBody
from localazure.calling.model import Connection, Listening
from localazure.calling.results import CANCELED_OPERATION, COMPLETED
from localazure.world import World


def listen(world: World, connection: Connection, body: ContinuousDtmfBody) -> None:
    """From now on each key of the party is told. Asked again, it is told as it was asked last."""
    uri = operation_callback(body)
    name = finding.party(connection.call, body.target_participant, "targetParticipant").raw_id
    if not connection.listening:
        sound.stage(world, connection.call).on_key.append(partial(_pressed, world, connection))
    known = connection.listening.get(name)
    connection.listening[name] = Listening(
        context=body.operation_context, uri=uri, told=known.told if known else 0, on=True
    )


def stop_listening(world: World, connection: Connection, body: ContinuousDtmfBody) -> None:
    uri = operation_callback(body)
    name = finding.party(connection.call, body.target_participant, "targetParticipant").raw_id
    if name in connection.listening:
        connection.listening[name].on = False
    callbacks.tell(
        world, connection, "ContinuousDtmfRecognitionStopped", result=COMPLETED, context=body.operation_context, uri=uri
    )


def send(world: World, connection: Connection, body: SendDtmfBody) -> None:
    """The party hears them, as its own telephone would sound."""
    uri = operation_callback(body)
    name = finding.party(connection.call, body.target_participant, "targetParticipant").raw_id
    pressed = "".join(tones.KEYS[one] for one in body.tones)
    done = partial(_sent, world, connection, body.operation_context, uri)
    sound.stage(world, connection.call).play(sounds.dtmf(pressed), to=[name], done=done)


def _pressed(world: World, connection: Connection, name: str, key: str) -> None:
    one = connection.listening.get(name)
    if not connection.open or one is None or not one.on:
        return
    one.told += 1
    data = {"sequenceId": one.told, "tone": tones.NAMES[key]}
    kind = "ContinuousDtmfRecognitionToneReceived"
    callbacks.tell(world, connection, kind, data, result=COMPLETED, context=one.context, uri=one.uri)


def _sent(world: World, connection: Connection, context: str | None, uri: str | None, completed: bool) -> None:
    if connection.open:
        kind = "SendDtmfTonesCompleted" if completed else "SendDtmfTonesFailed"
        result = COMPLETED if completed else CANCELED_OPERATION
        callbacks.tell(world, connection, kind, result=result, context=context, uri=uri)
