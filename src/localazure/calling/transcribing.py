"""What is said in a call, as text, over a socket that this cloud dials.

Scripted parties are understood without a mistake; of everybody else nothing is sent.
https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/real-time-transcription-tutorial
"""

import asyncio
import re
from functools import partial

import msgspec

from localazure.calling import ai, callbacks, issuer, sound
from localazure.calling.addresses import operation_callback
from localazure.calling.errors import INVALID_CALL, INVALID_LOCALE, NO_TRANSCRIPT
from localazure.calling.media_bodies import StartTranscriptionBody, StopTranscriptionBody, UpdateTranscriptionBody
from localazure.calling.model import Connection, Transcript
from localazure.calling.results import COMPLETED, NO_SPEECH_SERVICE, STREAM_NOT_CONNECTED, Result
from localazure.media.line import Line, NoLine, dial
from localazure.world import World

LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})+")
TICKS = 10_000_000  # in a second: offsets and durations count them


def begin(world: World, connection: Connection) -> None:
    """Where the application wished so as it took the call."""
    one = connection.transcript
    if one is None or not one.at_once or one.on:
        return
    if not ai.linked(world, connection):
        one.context = connection.context
        _tell(world, connection, one, "Failed", "speechServicesConnectionError", NO_SPEECH_SERVICE)
    else:
        _start(world, connection, one, connection.context, None)


def start(world: World, connection: Connection, body: StartTranscriptionBody) -> None:
    uri, one = operation_callback(body), _wished(world, connection)
    if one.on:
        raise INVALID_CALL.of(reason="Transcription has already started.")
    if body.locale is not None:
        one.locale = _checked(body.locale)
    _start(world, connection, one, body.operation_context, uri)


def stop(world: World, connection: Connection, body: StopTranscriptionBody) -> None:
    uri, one = operation_callback(body), _wished(world, connection)
    if not one.on:
        raise INVALID_CALL.of(reason="Transcription has not started.")
    one.context, one.uri = body.operation_context, uri
    one.on.set()


def update(world: World, connection: Connection, body: UpdateTranscriptionBody) -> None:
    """Another language from now on; it has no influence on what is understood here."""
    uri, one = operation_callback(body), _wished(world, connection)
    if not one.on:
        raise INVALID_CALL.of(reason="Transcription has not started.")
    one.locale = _checked(body.locale or "")
    one.context, one.uri = body.operation_context, uri
    _tell(world, connection, one, "Updated", "transcriptionLocaleUpdated", COMPLETED)


def _wished(world: World, connection: Connection) -> Transcript:
    if connection.transcript is None:
        raise NO_TRANSCRIPT.of()
    ai.check(world, connection)
    return connection.transcript


def _checked(locale: str) -> str:
    if not LOCALE.fullmatch(locale):
        raise INVALID_LOCALE.of()
    return locale


def _start(world: World, connection: Connection, one: Transcript, context: str | None, uri: str | None) -> None:
    one.context, one.uri, one.on = context, uri, asyncio.Event()
    world.background.spawn(_run(world, connection, one, one.on))


async def _run(world: World, connection: Connection, one: Transcript, stopping: asyncio.Event) -> None:
    """Until it is stopped, or the other side goes."""
    call = connection.call
    headers = {
        "x-ms-call-correlation-id": call.correlation_id,
        "x-ms-call-connection-id": connection.id,
        "Authorization": f"Bearer {issuer.token(world, world.communication[call.resource], issuer.STREAMS)}",
    }
    try:
        line = await dial(one.url, headers, world.webhooks.context, lambda _: None)
    except NoLine:
        one.on = None
        _tell(world, connection, one, "Failed", "streamConnectionUnsuccessful", STREAM_NOT_CONNECTED)
        return
    line.send(_metadata(connection, one))
    said, stage = partial(_said, connection, one, line), sound.stage(world, call)
    stage.on_text.append(said)
    _tell(world, connection, one, "Started", "subscriptionStarted", COMPLETED)
    waits = [asyncio.ensure_future(stopping.wait()), asyncio.ensure_future(line.closed.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        if said in stage.on_text:
            stage.on_text.remove(said)
        line.close()
        one.on = None
    if stopping.is_set():
        _tell(world, connection, one, "Stopped", "subscriptionStopped", COMPLETED)
    else:
        _tell(world, connection, one, "Failed", "streamConnectionInterrupted", STREAM_NOT_CONNECTED)


def _tell(world: World, connection: Connection, one: Transcript, what: str, details: str, result: Result) -> None:
    if connection.open:
        update = {"transcriptionStatus": f"transcription{what}", "transcriptionStatusDetails": details}
        callbacks.tell(
            world,
            connection,
            f"Transcription{what}",
            {"transcriptionUpdate": update},
            result=result,
            context=one.context,
            uri=one.uri,
        )


def _metadata(connection: Connection, one: Transcript) -> bytes:
    about = {
        "subscriptionId": one.id,
        "locale": one.locale,
        "callConnectionId": connection.id,
        "correlationId": connection.call.correlation_id,
    }
    return msgspec.json.encode({"kind": "TranscriptionMetadata", "transcriptionMetadata": about})


def _said(connection: Connection, one: Transcript, line: Line, raw_id: str, text: str, seconds: float) -> None:
    """Told when it has been said to its end; before, too, where that was wished for."""
    stage = connection.call.stage
    assert stage is not None
    begun = stage.seconds
    if one.intermediate:
        line.send(_data(raw_id, text, begun, seconds, "Intermediate"))
    stage.after(seconds, lambda: line.send(_data(raw_id, text, begun, seconds, "Final")))


def _data(raw_id: str, text: str, begun: float, seconds: float, status: str) -> bytes:
    """Each word takes as long as its letters are of all."""
    words, place, letters = [], begun, max(sum(len(word) for word in text.split()), 1)
    for word in text.split():
        length = seconds * len(word) / letters
        words.append({"text": word, "offset": round(place * TICKS), "duration": round(length * TICKS)})
        place += length
    data = {
        "text": text,
        "format": "display",
        "confidence": 1.0,
        "offset": round(begun * TICKS),
        "duration": round(seconds * TICKS),
        "words": words,
        "participantRawID": raw_id,
        "resultStatus": status,
    }
    return msgspec.json.encode({"kind": "TranscriptionData", "transcriptionData": data})
