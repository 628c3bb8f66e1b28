"""Recording a call: what an application asks, and what it is told.

https://learn.microsoft.com/azure/communication-services/concepts/voice-video-calling/call-recording
"""

from base64 import urlsafe_b64encode

import msgspec

from localazure.calling import callbacks, files, identifiers, sound
from localazure.calling.addresses import callback
from localazure.calling.creating import located
from localazure.calling.errors import CALL_NOT_FOUND, INVALID_CALL, RECORDING_NOT_FOUND
from localazure.calling.model import Call, Recording
from localazure.calling.recording_bodies import StartBody
from localazure.clock import timestamp
from localazure.errors import PART_NOT_EMULATED
from localazure.loose import Check
from localazure.media.recorder import MOST_CHANNELS, Recorder
from localazure.records.ids import new_id
from localazure.world import World

KIND = "azureCommunicationServices"
Json = dict[str, object]


def start(world: World, resource: str, body: StartBody) -> Recording:
    """Two recordings of one call may run side by side, as they may in Azure."""
    _check(body)
    call = _call(world, resource, body)
    if not call.talking():
        raise CALL_NOT_FOUND.of()
    uri = (
        callback(body.recording_state_callback_uri, "recordingStateCallbackUri")
        if (body.recording_state_callback_uri)
        else ""
    )
    name, now = _new_id(resource), world.clock.now()
    unmixed = body.recording_channel_type == "unmixed"
    recorder = Recorder(
        world.addresses.recordings / name,
        started=now,
        unmixed=unmixed,
        order=_order(body),
        injected=Check.RECORD_INJECTED in world.loose,
    )
    one = Recording(
        id=name,
        call=call,
        connection=body.call_connection_id or "",
        uri=uri,
        unmixed=unmixed,
        started_at=now,
        recorder=recorder,
    )
    if body.pause_on_start:
        recorder.pause()
    world.calls.recordings[name] = one
    sound.stage(world, call).room.listen(recorder)
    _tell(world, one)
    return one


def find(world: World, resource: str, name: str) -> Recording:
    one = world.calls.recordings.get(name)
    if one is None or one.call.resource != resource:
        raise RECORDING_NOT_FOUND.of()
    return one


def pause(world: World, one: Recording) -> None:
    if not one.recorder.paused:
        one.recorder.pause()
        _tell(world, one)


def resume(world: World, one: Recording) -> None:
    if one.recorder.paused:
        one.recorder.resume()
        _tell(world, one)


def stop(world: World, one: Recording, reason: str = "InitiatorLeft") -> None:
    """What was recorded is to be had as soon as its files are whole."""
    if world.calls.recordings.pop(one.id, None) is None:
        return
    one.over = True
    if one.call.stage:
        one.call.stage.room.unlisten(one.recorder)
    _tell(world, one)
    world.background.spawn(files.keep(world, one, reason))


def end(world: World, call: Call) -> None:
    """The call is over, and its recordings with it."""
    for one in list(world.calls.recordings.values()):
        if one.call is call:
            stop(world, one, "CallEnded")


def shape(one: Recording) -> Json:
    return {"recordingId": one.id, "recordingState": _state(one), "recordingKind": KIND}


def _state(one: Recording) -> str:
    return "inactive" if one.over or one.recorder.paused else "active"


def _tell(world: World, one: Recording) -> None:
    if one.uri:
        data = {
            "recordingId": one.id,
            "state": _state(one),
            "startDateTime": timestamp(one.started_at),
            "recordingKind": KIND,
        }
        callbacks.tell_of_recording(world, one, data)


def _check(body: StartBody) -> None:
    """Raises what the service answers to what does not fit together, and what this cloud does to video and MP3."""
    if body.external_storage and body.external_storage.recording_storage_kind == "azureBlobStorage":
        raise PART_NOT_EMULATED.of(what="Recording into a storage account")
    if body.recording_content_type != "audio" or body.recording_format_type != "wav":
        raise PART_NOT_EMULATED.of(
            what="Recording other than audio as WAV, so ask for recordingContentType audio and recordingFormatType wav"
        )
    if body.recording_channel_type != "unmixed" and (body.channel_affinity or body.audio_channel_participant_ordering):
        raise INVALID_CALL.of(reason="Channels are given to participants in unmixed recordings only.")


def _call(world: World, resource: str, body: StartBody) -> Call:
    if (body.call_locator is None) == (body.call_connection_id is None):
        raise INVALID_CALL.of(reason="Name the call by a callLocator or by a callConnectionId.")
    if body.call_locator:
        return located(world, resource, body.call_locator)
    connection = world.calls.connection(body.call_connection_id or "")
    if connection is None or not connection.open or connection.call.resource != resource:
        raise CALL_NOT_FOUND.of()
    return connection.call


def _order(body: StartBody) -> list[str]:
    """Whose the channels are, from the first on; nobody's stay without a sound."""
    if body.channel_affinity:
        by_channel = {
            one.channel or 0: identifiers.raw_id(one.participant, "participant") for one in body.channel_affinity
        }
        if len(by_channel) < len(body.channel_affinity):
            raise INVALID_CALL.of(reason="A channel has one participant.")
        return [by_channel.get(number, f"{number}") for number in range(max(by_channel) + 1)]
    named = body.audio_channel_participant_ordering or []
    return [identifiers.raw_id(one, "participant") for one in named[:MOST_CHANNELS]]


def _new_id(resource: str) -> str:
    """Opaque, and fit for a path and the name of a folder."""
    inside = {"PlatformEndpointId": new_id(), "ResourceSpecificId": new_id()}
    return urlsafe_b64encode(msgspec.json.encode(inside)).decode().rstrip("=")
