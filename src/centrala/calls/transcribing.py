"""`/calls/{secret}/transcription`: the service's own socket, with what is said in the call as text."""

import asyncio
import contextlib
import logging

import msgspec
from django.db import Error as DatabaseError
from django.utils.timezone import now
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from centrala.calls import transcript, words
from centrala.calls.exchange import Exchange
from centrala.calls.models import Call, CallState, Recorded
from centrala.calls.routes import MOST_UNUSABLE, REFUSED, RETRY_SECONDS, WRONG, by_secret, tokens
from centrala.calls.threads import in_thread
from centrala.conversations.models import Speaker
from centrala.entra.refusals import Refusal

log = logging.getLogger(__name__)


async def transcription(socket: WebSocket) -> None:
    call = await in_thread(by_secret, socket.path_params["secret"])
    if call is None or call.state == CallState.ENDED:
        return await socket.close(REFUSED)
    try:
        await tokens(socket).check(socket.headers.getlist("authorization"), call)
    except Refusal as refusal:
        log.warning("A transcription socket of call %s was refused: %s", call.pk, refusal.code.word)
        return await socket.close(REFUSED)
    if not await in_thread(transcript.begun, call.pk):
        log.warning("A transcription socket of call %s was refused: nobody asked for it.", call.pk)
        return await socket.close(REFUSED)
    await socket.accept()
    with contextlib.suppress(WebSocketDisconnect):
        await _listen(socket, call)
    return None


async def _listen(socket: WebSocket, call: Call) -> None:
    stream, unusable = transcript.Stream(), 0
    while unusable < MOST_UNUSABLE:
        try:
            told = words.read(await socket.receive_text())
        except (words.Unusable, KeyError) as wrong:
            unusable += 1
            log.warning("The transcription socket of call %s says what is of no use: %s", call.pk, wrong)
            continue
        unusable = 0
        if isinstance(told, words.Begun):
            stream.subscription = told.subscription
        elif told is not None:
            await _take(socket.app.state.exchange, call, stream, told)
    await socket.close(WRONG)


async def _take(exchange: Exchange, call: Call, stream: transcript.Stream, told: words.Words) -> None:
    who: Speaker | None = transcript.speaker(call, told.who)
    if told.final:
        who = await _keep_for_sure(call, stream, told)
    if who is not None:
        _show(exchange, call, who, told)


async def _keep_for_sure(call: Call, stream: transcript.Stream, told: words.Words) -> Speaker | None:
    at = now()
    while True:
        try:
            return await in_thread(transcript.keep, call.pk, stream, told, at=at)
        except DatabaseError as error:
            log.warning("What is said in call %s waits for the database (%s).", call.pk, type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)


def _show(exchange: Exchange, call: Call, who: Speaker, told: words.Words) -> None:
    """To the agent who has the call, at once."""
    live = exchange.calls.get(call.pk)
    if live is None or live.agent is None or live.agent.person != live.standing.agent:
        return
    if live.standing.transcribed == Recorded.YES:
        said = {"kind": "words", "speaker": who, "text": told.text, "final": told.final}
        live.agent.outlet.say(msgspec.json.encode(said).decode())


routes = [WebSocketRoute("/calls/{secret}/transcription", transcription)]
