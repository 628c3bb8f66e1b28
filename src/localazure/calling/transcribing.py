"""What is said in a call, as text, over a socket that this cloud dials.

Scripted parties are understood without a mistake; everybody else by a recogniser, where one is installed.
https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/real-time-transcription-tutorial
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from functools import cache, partial

from localazure.calling import ai, callbacks, issuer, sound, words
from localazure.calling.addresses import operation_callback
from localazure.calling.errors import INVALID_CALL, INVALID_LOCALE, NO_TRANSCRIPT
from localazure.calling.media_bodies import StartTranscriptionBody, StopTranscriptionBody, UpdateTranscriptionBody
from localazure.calling.model import Connection, Transcript
from localazure.calling.results import COMPLETED, NO_SPEECH_SERVICE, STREAM_NOT_CONNECTED, Result
from localazure.media import recogniser
from localazure.media.line import Line, NoLine, dial
from localazure.media.recognising import Recognising
from localazure.media.room import Moment
from localazure.world import World

log = logging.getLogger(__name__)

LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})+")


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
    """Another language from now on. What scripts say is understood in any."""
    uri, one = operation_callback(body), _wished(world, connection)
    if not one.on:
        raise INVALID_CALL.of(reason="Transcription has not started.")
    one.locale = _checked(body.locale or "")
    if one.recognising and not recogniser.knows(one.locale):
        _unknown(one.locale)
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
    line.send(words.metadata(connection, one))
    one.recognising = _listening(one, line)
    try:
        await _understand(world, connection, one, line, stopping)
    finally:
        line.close()
        one.on = None
    if stopping.is_set():
        _tell(world, connection, one, "Stopped", "subscriptionStopped", COMPLETED)
    else:
        _tell(world, connection, one, "Failed", "streamConnectionInterrupted", STREAM_NOT_CONNECTED)


async def _understand(
    world: World, connection: Connection, one: Transcript, line: Line, stopping: asyncio.Event
) -> None:
    """Until it shall stop; the last words come before it does."""
    said, stage = partial(_said, connection, one, line), sound.stage(world, connection.call)
    recognising = one.recognising
    heard = partial(_hear, one, recognising, stage.said) if recognising else None
    stage.on_text.append(said)
    if heard:
        stage.room.listen(heard)
    _tell(world, connection, one, "Started", "subscriptionStarted", COMPLETED)
    waits = [asyncio.ensure_future(stopping.wait()), asyncio.ensure_future(line.closed.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        if said in stage.on_text:
            stage.on_text.remove(said)
        if recognising and heard:
            stage.room.unlisten(heard)
            await recognising.close()


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


def _listening(one: Transcript, line: Line) -> Recognising | None:
    """Hears whoever is not scripted; None where no recogniser is installed."""
    if not recogniser.installed():
        return None
    if not recogniser.knows(one.locale):
        _unknown(one.locale)

    def told(raw_id: str, understood: recogniser.Understood) -> None:
        if understood.final or one.intermediate:
            text = " ".join(word.text for word in understood.words)
            line.send(words.data(raw_id, text, understood.words, final=understood.final))

    return Recognising(told)


@cache
def _unknown(locale: str) -> None:
    """Said once for each language."""
    log.warning("there is no model for %s: only what scripts say is transcribed. Fix: transcribe in en-US", locale)


def _hear(one: Transcript, recognising: Recognising, said: Mapping[str, float], moment: Moment) -> None:
    if recogniser.knows(one.locale):
        recognising.hear(moment, said)
    else:
        recognising.pause()


def _said(connection: Connection, one: Transcript, line: Line, raw_id: str, text: str, seconds: float) -> None:
    """Told when it has been said to its end; before, too, where that was wished for."""
    stage = connection.call.stage
    assert stage is not None
    spread = words.spread(text, stage.seconds, seconds)
    if one.intermediate:
        line.send(words.data(raw_id, text, spread, final=False))
    stage.after(seconds, lambda: line.send(words.data(raw_id, text, spread, final=True)))
