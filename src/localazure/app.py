"""The two applications: everything of Azure, and the portal with the control API."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from localazure.arm.routes import METADATA, RESOURCE_MANAGER
from localazure.calling.content import RECORDINGS
from localazure.calling.issuer_routes import CALLBACK_ISSUER
from localazure.communication.routes import COMMUNICATION
from localazure.control.guard import Guard
from localazure.control.routes import CONTROL, stream
from localazure.entra.devices import PAGE as DEVICE_PAGE
from localazure.entra.routes import ENTRA
from localazure.errors import NOT_FOUND
from localazure.eventgrid.ingress import INGRESS
from localazure.eventgrid.routes import VALIDATION
from localazure.graph.routes import GRAPH
from localazure.pipeline import Service, answer
from localazure.portal.line import line
from localazure.portal.routes import routes as portal_routes
from localazure.recording import recorded
from localazure.storage.routes import STORAGE
from localazure.world import World


class Services:
    """The first service that claims the path answers."""

    def __init__(self, world: World, services: Sequence[Service]) -> None:
        self._world, self._services = world, services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 4404})
            return
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:  # in the middle of its body: nobody is left to be answered
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        for service in self._services:
            if service.claims.match(request.url.path):
                return await answer(self._world, service, request)
        error = NOT_FOUND.of(path=request.url.path)
        return JSONResponse(error.body, error.status)


# Storage comes last: an account's name could be any first part of a path. A tenant's could be, too, of a discovery
# document's: those of others come before Entra.
AZURE = (
    VALIDATION,
    INGRESS,
    CALLBACK_ISSUER,
    ENTRA,
    GRAPH,
    COMMUNICATION,
    RECORDINGS,
    METADATA,
    RESOURCE_MANAGER,
    STORAGE,
)


def azure_app(world: World) -> ASGIApp:
    return recorded(Services(world, AZURE))


def portal_app(world: World) -> ASGIApp:
    """Clients that sign with an access key need no TLS, so Communication Services answer here too; and the page for
    device codes, because no browser knows our certificate authority."""

    async def events(request: Request) -> Response:
        return await stream(world, request)

    async def telephone(socket: WebSocket) -> None:
        await line(world, socket)

    device_page = recorded(Services(world, (ENTRA,)))
    routes: list[BaseRoute] = [
        Route("/_local/stream", events),
        WebSocketRoute("/telephone/line", telephone),
        Mount("/_local", recorded(Services(world, (CONTROL,)))),
        Route(DEVICE_PAGE, device_page),
        Mount(DEVICE_PAGE, device_page),
        *portal_routes(world),
        Mount("/", recorded(Services(world, (COMMUNICATION,)))),
    ]
    return Guard(Starlette(routes=routes))
