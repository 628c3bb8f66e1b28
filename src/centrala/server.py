"""uvicorn, made to stop at once although event streams are open, and to run twice in one process (http and https)."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from centrala.errors import Misconfigured

GRACE_SECONDS = 5
# A lid that was closed says nothing: its event stream would count as somebody at the desk for a quarter of an hour.
SILENT_PEER_MS = 30_000
COLLECT_AFTER = 10_000  # objects made more than let go; 700 without a word


@dataclass(frozen=True, kw_only=True)
class Listen:
    """One address to answer on; with a certificate over TLS."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, *, before_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._before_stop = before_stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the process's, not each server's: with two of them the second would never stop cleanly."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._before_stop()  # ends the streams; uvicorn would wait for them before it runs the lifespan's end
        self._drop_idle()
        await super().shutdown(sockets)

    def _drop_idle(self) -> None:
        """Closes connections that are only kept alive. uvicorn would close them politely and, over TLS, wait for a
        peer that does not listen to say goodbye."""
        for connection in list(self.server_state.connections):
            cycle = getattr(connection, "cycle", Ellipsis)  # web sockets have none
            if cycle is None or getattr(cycle, "response_complete", False):
                connection.transport.abort()


def serve(
    app: Any, *, listens: list[Listen], trusted: str, before_start: Callable[[], None], before_stop: Callable[[], None]
) -> None:
    """Answers on all addresses until SIGTERM or SIGINT. The first one runs the app's lifespan.

    Raises Misconfigured when a port is taken. `before_start` is called once all are ours. `trusted` are the proxies
    whose forwarded headers count.
    """
    sockets = [bind(listen) for listen in listens]
    before_start()
    configs = [_config(app, listen, trusted, first=not n) for n, listen in enumerate(listens)]
    servers = [Server(config, before_stop=before_stop) for config in configs]
    _calm_collector()
    uvloop.run(_run(servers, sockets))
    if not servers[0].started:
        raise SystemExit(1)


def _calm_collector() -> None:
    """What is loaded by now stays: under load the collector would walk through all of Django again and again. Requests
    under way are many and leave few cycles, so looking for those may wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


def bind(listen: Listen) -> socket.socket:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    # Named, because the event loop switches Nagle's algorithm off only for sockets that say they are TCP.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; what is accepted inherits it
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_PEER_MS)
    try:
        bound.bind((listen.host, listen.port))
        bound.listen(2048)
    except OSError as error:
        bound.close()
        raise Misconfigured(
            f"Port {listen.port} on {listen.host} cannot be used: {error.strerror}. "
            "Fix: stop what uses it, or choose another with --port or --tls-port."
        ) from None
    return bound


def _config(app: Any, listen: Listen, trusted: str, *, first: bool) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="on" if first else "off",
        ssl_certfile=listen.certificate,
        ssl_keyfile=listen.key,
        forwarded_allow_ips=trusted or "",
        proxy_headers=bool(trusted),
        timeout_graceful_shutdown=GRACE_SECONDS,
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=2**20,
    )


async def _run(servers: list[Server], sockets: list[socket.socket]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    first, *others = servers
    tasks = [asyncio.create_task(first.serve([sockets[0]]))]
    while not first.started and not tasks[0].done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    if first.started:
        tasks += [asyncio.create_task(other.serve([bound])) for other, bound in zip(others, sockets[1:], strict=True)]
        await asyncio.wait([asyncio.create_task(stop.wait()), *tasks], return_when=asyncio.FIRST_COMPLETED)
    # The first one ends last: its lifespan is everybody's.
    for server, task in reversed(list(zip(servers, tasks, strict=False))):
        server.should_exit = True
        await task
