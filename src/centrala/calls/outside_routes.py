"""What the service calls of a number outside that is consulted: `POST /calls/outside/{secret}/events`, and the socket
of its sound, `/calls/outside/{secret}/media`."""

import asyncio
import contextlib
import logging

from django.db import Error as DatabaseError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from centrala.calls import enquiring, wire
from centrala.calls.browsers import Outsider
from centrala.calls.enquiry import Enquired, Enquiry
from centrala.calls.exchange import Exchange
from centrala.calls.live_call import LiveCall
from centrala.calls.mixing import Role
from centrala.calls.outlet import Outlet
from centrala.calls.routes import (
    GONE,
    PREFIX,
    REFUSED,
    RETRY_SECONDS,
    Event,
    authorization,
    packets,
    tokens,
    told_of,
    until_one_ends,
)
from centrala.calls.threads import beside, in_thread
from centrala.calls.trusting import learn
from centrala.entra.refusals import Refusal
from centrala.look.tags import phone

log = logging.getLogger(__name__)


async def events(request: Request) -> Response:
    """200 when all of them are kept."""
    enquiry = await beside(_by_secret, request.path_params["secret"])
    if enquiry is None:
        return PlainTextResponse("There is no such call.", 404)
    told = await told_of(enquiry.call, request)
    if isinstance(told, Response):
        return told
    await beside(_keep, enquiry, *told)
    return Response()


def _keep(enquiry: Enquiry, resource: str, told: list[Event]) -> None:
    learn(enquiry.call.connection, resource)
    for one in told:
        enquiring.heard(enquiry, type_=one.type.removeprefix(PREFIX), data=one.data)


async def media(socket: WebSocket) -> None:
    """That it is dialled says that somebody has answered."""
    enquiry = await in_thread(_by_secret, socket.path_params["secret"])
    exchange: Exchange = socket.app.state.exchange
    if enquiry is None or enquiry.state == Enquired.OVER or enquiry.call_id not in exchange.calls:
        return await socket.close(REFUSED)
    try:
        await tokens(socket).check(authorization(socket.headers), enquiry.call)
    except Refusal as refusal:
        log.warning("The socket of a number outside in call %s was refused: %s", enquiry.call_id, refusal.code.word)
        return await socket.close(REFUSED)
    await socket.accept()
    live = exchange.calls.get(enquiry.call_id)
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # closed by the service already
        if live is not None and await _let_in(enquiry, live, exchange):
            await _relay(socket, enquiry, live, exchange)
        await socket.close(GONE)
    return None


async def _let_in(enquiry: Enquiry, live: LiveCall, exchange: Exchange) -> bool:
    """The customer is on hold before anything is heard."""
    while True:
        try:
            await in_thread(enquiring.came, enquiry.pk)
            await exchange.refresh(live)
        except DatabaseError as error:
            log.warning("A number outside in call %s waits (%s).", enquiry.call_id, type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return live.adviser == enquiry.pk


async def _relay(socket: WebSocket, enquiry: Enquiry, live: LiveCall, exchange: Exchange) -> None:
    outlet = Outlet(lambda packet: socket.send_text(wire.write(packet) if isinstance(packet, bytes) else packet))
    guest = Outsider(enquiry.pk, outlet, Role.OUTSIDE, phone(enquiry.to))
    live.accompany(guest)
    try:
        await until_one_ends(outlet.run(), _hear(socket, live, guest))
    finally:
        live.leave(guest)
        exchange.count_lost(outlet, "service")


async def _hear(socket: WebSocket, live: LiveCall, guest: Outsider) -> None:
    async for told in packets(socket, live.call):
        if isinstance(told, bytes):
            live.from_agent(told, guest)


def _by_secret(secret: str) -> Enquiry | None:
    if "\0" in secret:
        return None
    return Enquiry.objects.select_related("call__connection").filter(secret=secret).first()


routes: list[Route | WebSocketRoute] = [
    Route("/calls/outside/{secret}/events", events, methods=["POST"]),
    WebSocketRoute("/calls/outside/{secret}/media", media),
]
