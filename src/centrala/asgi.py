"""The one app in front: machines meet Starlette, people meet Django mounted behind it."""

import contextlib
import re
from collections.abc import AsyncIterator
from typing import cast

import asyncpg
from django.conf import settings
from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from centrala import health, metrics, static_files
from centrala.bounded import Bounded
from centrala.calls import outside_routes, transcribing
from centrala.calls import routes as calls
from centrala.calls.exchange import Exchange
from centrala.calls.trusting import CallTokens
from centrala.database import dsn
from centrala.desk import stream
from centrala.desk.broadcast import Broadcast
from centrala.entra.fetch import client, fetching
from centrala.hooks import runtime
from centrala.hooks.routes import Webhook
from centrala.hooks.routes import routes as webhooks
from centrala.recordings import legs

POLICY_VIOLATION = 1008
HOOK = re.compile(r"/hooks/[^/]+/[^/]+")
WEBHOOK = Webhook()


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    address = dsn()
    broadcast: Broadcast = app.state.broadcast
    broadcast.start()
    async with (
        asyncpg.create_pool(address, min_size=0, max_size=4) as pool,
        runtime.running(dsn=address, cloud=settings.CLOUD) as hooks,
    ):
        app.state.hooks = hooks
        app.state.pool = pool
        app.state.live = stream.Live(pool, broadcast)
        async with client(settings.CLOUD) as http:
            app.state.call_tokens = CallTokens(
                authority=settings.CLOUD.call_automation, fetch=fetching(http), clock=runtime.now
            )
            exchange = Exchange(
                dsn=address,
                cloud=settings.CLOUD,
                address=settings.NODE_URL,
                folder=settings.CALLS_FOLDER,
                keep_legs=legs.keep_all,
            )
            app.state.exchange = exchange
            exchange.start()
            yield
            await exchange.stop()
    await broadcast.stop()


class Front(Starlette):
    """Events go straight to their webhook: the layers that turn errors into pages, and the search for a route, would be
    a tenth of what one costs. What fails there is uvicorn's to log and to answer with 500, as elsewhere."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and HOOK.fullmatch(scope["path"]):
            scope["app"] = self
            await WEBHOOK(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def no_such_socket(socket: WebSocket) -> None:
    """Django answers no web sockets, and would call one to an unknown path a fault of ours."""
    await socket.close(POLICY_VIOLATION)


def build() -> Starlette:
    """A new app. `app.state.broadcast.end_streams()` ends the event streams before a stop."""
    django = cast("ASGIApp", get_asgi_application())  # its stubs are narrower than ASGI
    routes: list[Route | WebSocketRoute | Mount] = [
        *webhooks(),
        *stream.routes,
        *calls.routes,
        *transcribing.routes,
        *outside_routes.routes,
        *static_files.routes(),
        *health.routes,
        *metrics.routes,
        WebSocketRoute("/{path:path}", no_such_socket),
        Mount("/", Bounded(django)),
    ]
    app = Front(routes=routes, lifespan=lifespan)
    app.state.broadcast = Broadcast(dsn())
    return app
