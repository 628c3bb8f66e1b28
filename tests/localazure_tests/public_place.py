"""An address at which a cloud reaches this machine: it tells of calls and of files there, and dials for their sound."""

import asyncio
import base64
import json
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

FRAME_SECONDS = 0.02


class PublicPlace:
    """`url` leads to this server: over TLS on a port of its own with a certificate, else plain on `port`, behind
    whatever makes it public. `frame` is what the application says, every 20 ms while it is set, PCM of 16 kHz."""

    def __init__(self, url: str = "", *, port: int = 0, certificate: tuple[Path, Path] | None = None) -> None:
        self.frame: bytes | None = None
        self.dialled = threading.Event()
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        pair = {"ssl_certfile": certificate[0], "ssl_keyfile": certificate[1]} if certificate else {}
        config = uvicorn.Config(
            _application(self), host="127.0.0.1", port=port, lifespan="off", log_level="error", **pair
        )
        self._server = uvicorn.Server(config)
        self._url = url

    @property
    def url(self) -> str:
        return self._url or f"https://localhost:{self._server.servers[0].sockets[0].getsockname()[1]}"

    @property
    def media_url(self) -> str:
        return f"{self.url.replace('http', 'ws', 1)}/media"

    def told(self, kind: str, *, within: float) -> dict[str, Any]:
        """The data of the next event of this kind; what else is told meanwhile is passed over."""
        until = time.monotonic() + within
        while True:
            event = self._told.get(timeout=max(until - time.monotonic(), 0.01))
            if (event.get("eventType") or event.get("type")) == f"Microsoft.Communication.{kind}":
                return dict(event["data"])

    def take(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        """What Event Grid wants to hear in its handshake."""
        for event in events:
            self._told.put(event)
        code = (events[0].get("data") or {}).get("validationCode")
        return {"validationResponse": code} if code else {}

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()


def _application(place: PublicPlace) -> Callable[..., Any]:
    async def events(request: Request) -> JSONResponse:
        return JSONResponse(place.take(await request.json()))

    async def media(socket: WebSocket) -> None:
        await socket.accept()
        place.dialled.set()
        speaking = asyncio.create_task(_speak(socket, place))
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            speaking.cancel()

    return Starlette(routes=[Route("/events", events, methods=["POST"]), WebSocketRoute("/media", media)])


async def _speak(socket: WebSocket, place: PublicPlace) -> None:
    due = time.monotonic()
    while True:
        if place.frame is not None:
            data = base64.b64encode(place.frame).decode()
            await socket.send_text(json.dumps({"kind": "AudioData", "audioData": {"data": data}, "stopAudio": None}))
        due += FRAME_SECONDS
        await asyncio.sleep(max(due - time.monotonic(), 0))
