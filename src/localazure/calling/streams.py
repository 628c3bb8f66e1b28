"""The sound of a call to its application and back, over a socket that this cloud dials.

https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/audio-streaming-quickstart
"""

from functools import partial

from centrala_sound.frames import RATE
from localazure.calling import callbacks, issuer, sound
from localazure.calling.addresses import operation_callback
from localazure.calling.errors import INVALID_CALL, NO_STREAM
from localazure.calling.media_bodies import StreamingBody
from localazure.calling.model import Connection, Stream
from localazure.calling.results import COMPLETED, STREAM_NOT_CONNECTED
from localazure.media.streaming import Details, Options, Status, Streaming
from localazure.world import World

FINE = 24_000
KINDS = {
    Status.STARTED: "MediaStreamingStarted",
    Status.STOPPED: "MediaStreamingStopped",
    Status.FAILED: "MediaStreamingFailed",
}


def begin(world: World, connection: Connection) -> None:
    """Where the application wished so as it took the call."""
    stream = connection.stream
    if stream and stream.at_once and stream.socket is None:
        _dial(world, connection, stream, connection.context, None)


def start(world: World, connection: Connection, body: StreamingBody) -> None:
    uri = operation_callback(body)
    stream = connection.stream
    if stream is None:
        raise NO_STREAM.of()
    if stream.socket is not None:
        raise INVALID_CALL.of(reason="Media streaming has already started.")
    _dial(world, connection, stream, body.operation_context, uri)


def stop(connection: Connection, body: StreamingBody) -> None:
    uri = operation_callback(body)
    stream = connection.stream
    if stream is None or stream.socket is None:
        raise INVALID_CALL.of(reason="Media streaming has not started.")
    stream.context, stream.uri = body.operation_context, uri
    stream.socket.stop()


def press(connection: Connection, name: str, key: str) -> None:
    if connection.stream and connection.stream.socket:
        connection.stream.socket.press(key)


def _dial(world: World, connection: Connection, stream: Stream, context: str | None, uri: str | None) -> None:
    stream.context, stream.uri = context, uri
    call, asked = connection.call, stream.options
    resource = world.communication[call.resource]
    stage = sound.stage(world, call)
    options = Options(
        url=stream.url,
        subscription=stream.id,
        headers={
            "x-ms-call-correlation-id": call.correlation_id,
            "x-ms-call-connection-id": connection.id,
            "Authorization": f"Bearer {issuer.token(world, resource, issuer.STREAMS)}",
        },
        unmixed=asked.audio_channel_type == "unmixed",
        rate=FINE if asked.audio_format == "pcm24KMono" else RATE,
        bidirectional=bool(asked.enable_bidirectional),
        keys=bool(asked.enable_dtmf_tones),
        context=world.webhooks.context,
    )
    name = connection.answered_by or f"28:acs:{resource.immutable_id}_{connection.id}"
    stream.socket = Streaming(
        options, room=stage.room, raw_id=name, now=world.clock.now, told=partial(_told, world, connection, stream)
    )
    if stream.hears is None:
        stream.hears = partial(press, connection)
        stage.on_key.append(stream.hears)
    world.background.spawn(stream.socket.run())


def _told(world: World, connection: Connection, stream: Stream, status: Status, details: Details) -> None:
    if status is not Status.STARTED:
        stream.socket = None
    if not connection.open:
        return
    update = {
        "contentType": "audio",
        "mediaStreamingStatus": status.value,
        "mediaStreamingStatusDetails": details.value,
    }
    callbacks.tell(
        world,
        connection,
        KINDS[status],
        {"mediaStreamingUpdate": update},
        result=STREAM_NOT_CONNECTED if status is Status.FAILED else COMPLETED,
        context=stream.context,
        uri=stream.uri,
    )
