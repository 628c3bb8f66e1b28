"""A webhook over TLS that accepts the handshake and keeps what it gets."""

import json
import queue
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

PATIENCE = 10  # seconds a test waits for what should come at once


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    events: list[dict[str, Any]]

    @property
    def kind(self) -> str:
        """Event Grid's word for it; what comes from elsewhere is a notification."""
        return self.headers.get("aeg-event-type", "Notification")

    @property
    def types(self) -> list[str]:
        return [event["eventType"] for event in self.events]


Answer = tuple[int, object]


def accept(received: Received) -> Answer:
    data = received.events[0].get("data")
    code = data.get("validationCode") if isinstance(data, dict) else None
    return 200, {"validationResponse": code} if code else {}


def status(number: int) -> Callable[[Received], Answer]:
    """Accepts the handshake, then answers every event so."""
    return lambda received: accept(received) if received.kind == "SubscriptionValidation" else (number, {})


class Receiver:
    """`answer` decides; `hang` True: events (not handshakes) get no answer until the test ends.

    `allow` is what OPTIONS is answered in WebHook-Allowed-Origin, None for not at all.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self.answer: Callable[[Received], Answer] = accept
        self.hang = False
        self.files: dict[str, bytes] = {}  # what GET answers, by path; 404 for everything else
        self.allow: str | None = "eventgrid.azure.net"
        self.preflights: queue.Queue[dict[str, str]] = queue.Queue()
        self.farewells: queue.Queue[Received] = queue.Queue()
        self.handshakes: queue.Queue[Received] = queue.Queue()
        self.notifications: queue.Queue[Received] = queue.Queue()
        self._ended = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def url(self) -> str:
        return f"https://localhost:{self._server.server_port}/hook?k=secret"

    def address(self, path: str) -> str:
        return f"https://localhost:{self._server.server_port}{path}"

    def next(self) -> Received:
        return self.notifications.get(timeout=PATIENCE)

    def take(self, received: Received) -> Answer:
        queues = {"SubscriptionValidation": self.handshakes, "SubscriptionDeletion": self.farewells}
        queues.get(received.kind, self.notifications).put(received)
        if self.hang and received.kind == "Notification":
            self._ended.wait()
        return self.answer(received)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """The local cloud hangs up on answers that come too late: nothing to tell."""


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            receiver.preflights.put({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            if receiver.allow is not None:
                self.send_header("WebHook-Allowed-Origin", receiver.allow)
            self.send_header("content-length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            content = receiver.files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("content-length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {name.lower(): ", ".join(self.headers.get_all(name)) for name in self.headers}
            number, answer = receiver.take(Received(self.path, headers, body if isinstance(body, list) else [body]))
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(number)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            """Silent."""

    return Handler
