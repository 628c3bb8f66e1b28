"""What was answered, for whoever checks it afterwards. Off unless the environment asks for it."""

import json
import os
from pathlib import Path

from starlette.datastructures import URL
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = "LOCALAZURE_RECORD"
KEPT = {"content-type", "location", "azure-asyncoperation", "operation-location", "retry-after"}


def recorded(app: ASGIApp) -> ASGIApp:
    """Where LOCALAZURE_RECORD names a folder, every answer becomes a JSON line of a file of this process there.

    The bodies are written as they are, with keys and tokens: it is meant for a temporary folder in tests.
    """
    folder = os.environ.get(FOLDER)
    return Recorded(app, Path(folder)) if folder else app


class Recorded:
    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self._app = app
        self._file = folder / f"{os.getpid()}.jsonl"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        parts: list[Message] = []

        async def keep(message: Message) -> None:
            """Written before the last part leaves: whatever a client has seen stands in the file."""
            parts.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                self._write(scope, parts)
            await send(message)

        try:
            await self._app(scope, receive, keep)
        except Exception:  # the server answers it with a 500, past us
            self._write(scope, [{"type": "http.response.start", "status": 500, "headers": []}])
            raise

    def _write(self, scope: Scope, parts: list[Message]) -> None:
        start, *bodies = parts
        sent = [] if scope["method"] == "HEAD" else bodies  # the server holds a body back that no HEAD may have
        line = {
            "method": scope["method"],
            "path": URL(scope=scope).path,  # as the services see it: without line feeds
            "query": scope["query_string"].decode("latin-1"),
            "status": start["status"],
            "headers": {name: value for name, value in _text(start["headers"]) if name in KEPT},
            "body": b"".join(part.get("body", b"") for part in sent).decode("utf-8", "replace"),
        }
        with self._file.open("ab", buffering=0) as file:  # one write a line: several apps of a process share the file
            file.write(json.dumps(line).encode() + b"\n")


def _text(headers: list[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]
