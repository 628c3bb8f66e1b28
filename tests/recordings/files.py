"""A host of recordings: https, ranges, and whatever may go wrong with it."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import trustme


class Files(ThreadingHTTPServer):
    """`files` by path. `cut_at`: after so many bytes of a body the connection breaks, once. `asked` are the requests:
    method, path, range, x-ms-host."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.statuses: dict[str, int] = {}
        self.cut_at: int | None = None
        self.stall_at: int | None = None  # after so many bytes nothing comes any more, once
        self.stalled, self.go_on = threading.Event(), threading.Event()
        self.ranges = True
        self.asked: list[tuple[str, str, str, str]] = []
        self.told: list[str] = []  # acts of Call Automation, in their order
        self.bodies: list[dict[str, object]] = []
        self.begun: dict[str, str] = {}  # recordings, by repeatability id
        self.before: Callable[[str], None] = lambda _path: None

    @property
    def host(self) -> str:
        return f"localhost:{self.server_address[1]}"

    def locations(self, document: str) -> dict[str, str]:
        root = f"https://{self.host}/v1/objects/{document}"
        return {
            "contentLocation": f"{root}/content/audio",
            "metadataLocation": f"{root}/content/acsmetadata",
            "deleteLocation": root,
        }

    def put(self, document: str, sound: bytes, metadata: object = None) -> None:
        self.files[f"/v1/objects/{document}/content/audio"] = sound
        if metadata is not None:
            self.files[f"/v1/objects/{document}/content/acsmetadata"] = json.dumps(metadata).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Files

    def do_GET(self) -> None:
        self._note()
        body = self.server.files.get(self.path)
        status = self.server.statuses.get(self.path, 200 if body is not None else 404)
        if body is None or status != 200:
            return self._answer(status, b'{"error":{"code":"NotFound","message":"Not found."}}')
        since = int(self.headers["Range"].removeprefix("bytes=").rstrip("-")) if self.headers["Range"] else None
        if since is None or not self.server.ranges:
            return self._answer(200, body)
        if since >= len(body):
            return self._answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
        return self._answer(206, body[since:], {"Content-Range": f"bytes {since}-{len(body) - 1}/{len(body)}"})

    def do_POST(self) -> None:
        """Recordings as Call Automation begins them: one for each repeatability id."""
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
        act = self.path.partition("?")[0].removeprefix("/calling/recordings").partition(":")[2]
        status = self.server.statuses.get(act or "start", 0)
        if status:
            return self._answer(status, b'{"error":{"code":"8553","message":"Recording is not possible."}}')
        if act:
            self.server.told.append(act)
            return self._answer(202, b"")
        id_ = self.server.begun.setdefault(self.headers["Repeatability-Request-ID"], f"recording-{uuid4()}")
        self.server.told.append("start")
        self.server.bodies.append(said | {"first": self.headers["Repeatability-First-Sent"]})
        answer = json.dumps({"recordingId": id_, "recordingState": "active"}).encode()
        return self._answer(200, answer, {"Content-Type": "application/json"})

    def do_DELETE(self) -> None:
        if self.path.startswith("/calling/recordings/"):
            self.server.told.append("stop")
            return self._answer(self.server.statuses.get("stop", 204), b"")
        self._note()
        return self._answer(200, b"")

    def log_message(self, *_arguments: object) -> None:
        pass

    def _note(self) -> None:
        headers = [self.headers[name] or "" for name in ("Range", "x-ms-host")]
        self.server.asked.append((self.command, self.path, *headers))
        assert self.headers["Authorization"].startswith("HMAC-SHA256 SignedHeaders=")
        self.server.before(self.path)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.server.stall_at is not None and "audio" in self.path:
            body, self.server.stall_at = body[: self.server.stall_at], None
            self.wfile.write(body)
            self.server.stalled.set()
            self.server.go_on.wait(60)
            self.close_connection = True
            return
        cut = self.server.cut_at if "audio" in self.path and status in {200, 206} else None
        if cut is not None and cut < len(body):
            self.server.cut_at = None
            self.wfile.write(body[:cut])
            self.close_connection = True
            self.connection.close()
            return
        self.wfile.write(body)


@contextmanager
def serving(below: Path) -> Iterator[tuple[Files, str]]:
    """The host, and the bundle that its certificate stands in."""
    authority = trustme.CA()
    bundle = below / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = Files()
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_arguments: None  # type: ignore[method-assign]  # connections that are cut on purpose
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server, str(bundle)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
