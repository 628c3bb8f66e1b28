"""An application takes hold of a call: what it says about itself whenever it does."""

from typing import Any

from localazure.calling.addresses import callback, stream
from localazure.calling.bodies import Begin
from localazure.calling.model import Call, Connection, Stream, Transcript
from localazure.records.ids import new_id


def check(body: Begin) -> None:
    """Raises what the service answers to addresses that cannot be asked; before anything has happened to the call."""
    callback(body.callback_uri, "callbackUri")
    if body.media_streaming_options:
        stream(body.media_streaming_options.transport_url or "", "transportUrl of mediaStreamingOptions")
    if body.transcription_options:
        stream(body.transcription_options.transport_url or "", "transportUrl of transcriptionOptions")
    intelligence = body.call_intelligence_options
    if intelligence and intelligence.cognitive_services_endpoint is not None:
        callback(intelligence.cognitive_services_endpoint, "cognitiveServicesEndpoint")


def take(call: Call, body: Begin, **more: Any) -> Connection:  # the connection's own fields
    intelligence, streaming = body.call_intelligence_options, body.media_streaming_options
    connection = Connection(
        id=new_id(),
        call=call,
        callback_uri=body.callback_uri,
        context=body.operation_context,
        ai=(intelligence and intelligence.cognitive_services_endpoint) or "",
        **more,
    )
    if streaming and streaming.transport_url:
        connection.stream = Stream(
            id=new_id(),
            url=streaming.transport_url,
            options=streaming,
            at_once=bool(streaming.start_media_streaming),
        )
    wished = body.transcription_options
    if wished and wished.transport_url:
        connection.transcript = Transcript(
            id=new_id(),
            url=wished.transport_url,
            locale=wished.locale,
            intermediate=bool(wished.enable_intermediate_results),
            at_once=bool(wished.start_transcription),
        )
    call.connections[connection.id] = connection
    return connection
