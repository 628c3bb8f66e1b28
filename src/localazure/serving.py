"""Two uvicorn servers in one process: TLS for Azure, plain HTTP for the portal."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from localazure.failure import CannotStart

GRACE_SECONDS = 5
LARGEST_MESSAGE = 16 * 1024  # on a telephone's line


class Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would raise them again after its own end, and our clean-up would never run."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Idle TLS clients never answer a goodbye; waiting for one would take the whole grace."""
        for connection in list(self.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            if cycle is None or cycle.response_complete:
                connection.transport.abort()
        await super().shutdown(sockets)


def bind(host: str, port: int, option: str) -> socket.socket:
    """A listening socket, so that the port is known and taken before anything else starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, because the event loop switches Nagle's algorithm off only for sockets that say they are TCP.
    server = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((host, port))
        server.listen(2048)
    except OSError as error:
        server.close()
        raise CannotStart(
            f"Port {port} on {host} cannot be used ({error.strerror}). "
            f"Fix: stop the program that has it, or choose another with {option}."
        ) from None
    return server


def tls_server(app: ASGIApp, certificate: Path, key: Path) -> Server:
    return Server(_config(app, ssl_certfile=str(certificate), ssl_keyfile=str(key)))


def plain_server(app: ASGIApp) -> Server:
    return Server(_config(app))


def _config(app: ASGIApp, ssl_certfile: str | None = None, ssl_keyfile: str | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ssl_certfile=ssl_certfile,
        ssl_keyfile=ssl_keyfile,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_max_size=LARGEST_MESSAGE,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def told_to_stop() -> asyncio.Event:
    """Set by SIGINT and SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def serve(
    servers: list[tuple[Server, socket.socket]],
    stop: asyncio.Event,
    ready: Callable[[], None],
    closing: Callable[[], Awaitable[None]],
) -> None:
    """Runs until `stop` is set. `ready` is called when all answer, `closing` before they stop."""
    running = [asyncio.create_task(server.serve(sockets=[sock])) for server, sock in servers]
    while not all(server.started for server, _ in servers):
        if broken := [task for task in running if task.done()]:
            await asyncio.gather(*broken)
            raise CannotStart("A listener ended before it answered. Fix: see the log above.")
        await asyncio.sleep(0.01)
    try:
        ready()
        await stop.wait()
    finally:
        await closing()
        for server, _ in servers:
            server.should_exit = True
        await asyncio.gather(*running)
