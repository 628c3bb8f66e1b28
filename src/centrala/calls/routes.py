"""What the service and the browsers call of a call: `POST /calls/{secret}/events`, and the sockets of its sound:
`/calls/{secret}/media` for the service, `/calls/talk` for the agent."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import Error as DatabaseError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from centrala.calls import actions, tickets, wire
from centrala.calls.access import may_stay
from centrala.calls.browsers import Agent
from centrala.calls.exchange import Exchange
from centrala.calls.frames import BYTES
from centrala.calls.live_call import LiveCall
from centrala.calls.mixing import Role
from centrala.calls.models import Call, CallState
from centrala.calls.outlet import Outlet
from centrala.calls.threads import beside, in_thread
from centrala.calls.trusting import CallTokens, learn
from centrala.entra.refusals import Refusal
from centrala.moments import moment
from centrala.organization.sessions import open_sessions

REFUSED = 1008  # a policy
WRONG = 1003  # data of a kind that is not taken
GONE = 1001
RETRY_SECONDS = 0.5
LARGEST = 256 << 10  # bytes of a callback
MOST_UNUSABLE = 50  # packets, after which a socket is closed
PREFIX = "Microsoft.Communication."
LONGEST_ID = 100
log = logging.getLogger(__name__)


class Event(msgspec.Struct, frozen=True):
    """A CloudEvent of Call Automation."""

    id: str
    type: str
    time: str = ""
    data: dict[str, Any] = {}


class _Wish(msgspec.Struct, frozen=True):
    """What an agent's browser asks for."""

    kind: str
    on: bool = False


async def events(request: Request) -> Response:
    """200 when all of them are kept. The service comes again after 5xx and 408, and not after 401 or 404."""
    call = await beside(by_secret, request.path_params["secret"])
    if call is None:
        return PlainTextResponse("There is no such call.", 404)
    told = await told_of(call, request)
    if isinstance(told, Response):
        return told
    await beside(_keep, call, *told)
    return Response()


async def told_of(call: Call, request: Request) -> tuple[str, list[Event]] | Response:
    """The resource's immutable id and what the service tells, or what to answer where that is not to be believed."""
    try:
        resource = await tokens(request).check(request.headers.getlist("authorization"), call)
    except Refusal as refusal:
        log.warning("A callback of call %s was refused: %s", call.pk, refusal.code.word)
        return JSONResponse({"error": refusal.code.word}, refusal.code.status)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return PlainTextResponse("That is too much.", 413)
    try:
        return resource, msgspec.json.decode(body, type=list[Event])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return PlainTextResponse("These are no events of a call.", 400)


def _keep(call: Call, resource: str, told: list[Event]) -> None:
    learn(call.connection, resource)
    for one in told:
        actions.heard(
            call,
            id_=one.id[:LONGEST_ID],
            type_=one.type.removeprefix(PREFIX)[:80],
            at=_time(one.time, call),
            data=one.data,
        )


def _time(told: str, call: Call) -> datetime:
    try:
        return moment(told)
    except ValueError:
        return call.rang_at


async def media(socket: WebSocket) -> None:
    """The service's own: what the customer says comes here, and what the customer shall hear goes out."""
    call = await in_thread(by_secret, socket.path_params["secret"])
    if call is None or call.state == CallState.ENDED:
        return await socket.close(REFUSED)
    try:
        resource = await tokens(socket).check(authorization(socket.headers), call)
    except Refusal as refusal:
        log.warning("A media socket of call %s was refused: %s", call.pk, refusal.code.word)
        return await socket.close(REFUSED)
    await socket.accept()
    exchange: Exchange = socket.app.state.exchange
    live = exchange.live(call.pk)
    outlet = Outlet(lambda packet: socket.send_text(wire.write(packet) if isinstance(packet, bytes) else packet))
    live.found(outlet)  # whoever calls hears something before the database has said a word
    begun = asyncio.create_task(_begin_for_sure(call, resource, exchange))
    try:
        await until_one_ends(outlet.run(), _hear(socket, live, exchange))
    finally:
        begun.cancel()
        live.lost(outlet)
        exchange.count_lost(outlet, "service")
    return None


async def _begin_for_sure(call: Call, resource: str, exchange: Exchange) -> None:
    while True:
        try:
            await in_thread(_begin, call, resource, exchange)
        except DatabaseError as error:
            log.warning("Call %s waits for the database (%s).", call.pk, type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return exchange.look(call.pk)


def _begin(call: Call, resource: str, exchange: Exchange) -> None:
    learn(call.connection, resource)
    actions.carried(call.pk, node=exchange.node)
    actions.connected(call.pk)


async def _hear(socket: WebSocket, live: LiveCall, exchange: Exchange) -> None:
    async for told in packets(socket, live.call):
        if isinstance(told, bytes):
            live.from_customer(told)
        elif isinstance(told, wire.Tone):
            live.pressed(told.key)
            live.keys += told.key
            exchange.look(live.call)
    await socket.close(WRONG)


async def packets(socket: WebSocket, call: UUID) -> AsyncIterator[bytes | wire.Tone | wire.Begun | None]:
    """What the service says, until too much in a row is of no use."""
    unusable, warned = 0, False
    while unusable < MOST_UNUSABLE:
        try:
            told = wire.read(await _text(socket))
        except wire.Unusable as wrong:
            unusable += 1
            if not warned:
                log.warning("A media socket of call %s says what is of no use (told once): %s", call, wrong)
            warned = True
        else:
            unusable = 0
            yield told


async def _text(socket: WebSocket) -> str:
    try:
        return await socket.receive_text()
    except KeyError:  # Starlette's, where there is none
        raise wire.Unusable("bytes in the place of a text") from None


async def talk(socket: WebSocket) -> None:
    """The browser of the agent whose call it is, or of a supervisor who keeps them company."""
    found = await in_thread(tickets.read, socket.query_params.get("ticket", ""))
    exchange: Exchange = socket.app.state.exchange
    if found is None or found.call not in exchange.calls:
        return await socket.close(REFUSED)
    live = exchange.calls[found.call]
    await exchange.refresh(live)
    if exchange.calls.get(found.call) is not live or not _admitted(found, live):
        return await socket.close(REFUSED)
    if not await in_thread(_may_enter, found):
        return await socket.close(REFUSED)
    await socket.accept()
    if not _admitted(found, live):  # it has changed hands in this moment
        return await socket.close(REFUSED)
    agent = Agent(found.person, Outlet(lambda said: _say(socket, said)), found.role, found.name, found.session)
    if found.role == Role.AGENT:
        live.join(agent)
    else:
        live.accompany(agent)
    try:
        await until_one_ends(agent.outlet.run(), _listen(socket, live, agent))
    finally:
        live.leave(agent)
        exchange.count_lost(agent.outlet, "browser")
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # closed by the browser already
        await socket.close(GONE)
    return None


def _may_enter(ticket: tickets.Ticket) -> bool:
    """Still works here, may still be what they are in it, and has not signed out since."""
    return ticket.session in open_sessions([ticket.person]) and bool(
        may_stay(ticket.call, {ticket.person: ticket.role})
    )


def _admitted(ticket: tickets.Ticket, live: LiveCall) -> bool:
    has_it = live.standing.agent == ticket.person
    asked_in = ticket.role != Role.CONSULTED or ticket.person in live.standing.consulted
    return not live.standing.over and has_it == (ticket.role == Role.AGENT) and asked_in


async def _say(socket: WebSocket, said: bytes | str) -> None:
    if isinstance(said, bytes):
        await socket.send_bytes(said)
    else:
        await socket.send_text(said)


async def _listen(socket: WebSocket, live: LiveCall, agent: Agent) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        frame, words = message.get("bytes"), message.get("text")
        if frame is not None and len(frame) == BYTES:
            live.from_agent(frame, agent)
        elif words is not None:
            await _obey(words, live, agent)


async def _obey(words: str, live: LiveCall, agent: Agent) -> None:
    """A hold is written down first: it outlives this process."""
    try:
        wish = msgspec.json.decode(words, type=_Wish)
        if wish.kind == "hold" and agent is live.agent and isinstance(agent.person, int):
            await in_thread(actions.hold, live.call, by=agent.person, on=wish.on)
            live.hold(agent, on=wish.on)
    except msgspec.MsgspecError:
        return
    except DatabaseError as error:
        log.warning("A hold in call %s could not be written down (%s).", live.call, type(error).__name__)


async def until_one_ends(*works: Any) -> None:
    """Two coroutines of one socket: when it breaks, both end."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, (WebSocketDisconnect, RuntimeError, OSError)):
                raise outcome


def by_secret(secret: str) -> Call | None:
    if "\0" in secret:
        return None
    return Call.objects.select_related("connection").filter(secret=secret).first()


def tokens(connection: Request | WebSocket) -> CallTokens:
    tokens: CallTokens = connection.app.state.call_tokens
    return tokens


def authorization(headers: Headers) -> list[str]:
    return headers.getlist("authorization")


routes: list[Route | WebSocketRoute] = [
    Route("/calls/{secret}/events", events, methods=["POST"]),
    WebSocketRoute("/calls/{secret}/media", media),
    WebSocketRoute("/calls/talk", talk),
]
