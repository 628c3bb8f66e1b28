"""An application's end of media streaming: a web socket over TLS that keeps what it gets, and sends what it is told."""

import json
import queue
import ssl
import threading
from pathlib import Path
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

PATIENCE = 60  # seconds: nothing is measured by it


class Listener:
    def __init__(self, certificate: Path, key: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.headers: queue.Queue[dict[str, str]] = queue.Queue()
        self.messages: queue.Queue[dict[str, Any]] = queue.Queue()
        self.ended = threading.Event()
        self._server = serve(self._listen, "localhost", 0, ssl=context)
        self._connection: ServerConnection | None = None

    @property
    def url(self) -> str:
        return f"wss://localhost:{self._server.socket.getsockname()[1]}/listen"

    def next(self, kind: str) -> dict[str, Any]:
        """The next message of that kind; others are passed over."""
        while True:
            message = self.messages.get(timeout=PATIENCE)
            if message["kind"] == kind:
                return message

    def send(self, message: dict[str, Any]) -> None:
        assert self._connection is not None
        self._connection.send(json.dumps(message))

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()

    def _listen(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self._connection = connection
        self.headers.put({name.lower(): value for name, value in connection.request.headers.raw_items()})
        try:
            for message in connection:
                self.messages.put(json.loads(message))
        except ConnectionClosed:
            pass
        self.ended.set()
