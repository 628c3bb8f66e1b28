"""One run of the local cloud, from the data folder to the last answer."""

import socket
from dataclasses import dataclass
from pathlib import Path

from localazure import ready
from localazure.app import azure_app, portal_app
from localazure.certificates import Authority
from localazure.data import DATABASE, forget, open_folder
from localazure.failure import CannotStart
from localazure.resuming import resume
from localazure.seed import plant_once
from localazure.serving import bind, plain_server, serve, tls_server
from localazure.store import Store
from localazure.world import Addresses, World


@dataclass(frozen=True, kw_only=True)
class Options:
    data: Path
    host: str = "127.0.0.1"
    port: int = 4280
    portal_port: int = 4281
    fresh: bool = False
    full: bool = True
    certificate: Path | None = None
    ready_file: Path | None = None


async def run(options: Options) -> None:
    """Returns after SIGINT or SIGTERM. Raises CannotStart."""
    lock = open_folder(options.data)
    try:
        tls = bind(options.host, options.port, "--port")
        with lock, tls, bind(options.host, options.portal_port, "--portal-port") as plain:
            await _run(options, tls, plain)
    except OSError as error:
        raise CannotStart(f"{error.filename} cannot be written ({error.strerror}). Fix: give another --data.") from None


async def _run(options: Options, tls: socket.socket, plain: socket.socket) -> None:
    authority = Authority(options.data)
    if options.certificate:
        authority.issue(options.certificate)
    world = _world(options, authority, _port(tls), _port(plain))
    certificate, key = authority.issue(options.data / "listener")
    servers = [(tls_server(azure_app(world), certificate, key), tls), (plain_server(portal_app(world)), plain)]

    def announce() -> None:
        files = [options.data / ready.FILE, *([options.ready_file] if options.ready_file else [])]
        ready.write(world, *files)
        print(f"Azure  {world.addresses.url}\nPortal {world.addresses.portal}", flush=True)

    async def close() -> None:
        world.close()
        await world.background.stop()

    resume(world)
    await serve(servers, announce, close)
    world.store.close()


def _world(options: Options, authority: Authority, port: int, portal_port: int) -> World:
    if options.fresh:
        forget(options.data)
    addresses = Addresses(
        url=f"https://localhost:{port}", portal=f"http://localhost:{portal_port}", ca_bundle=authority.bundle
    )
    world = World(store=Store(options.data / DATABASE), addresses=addresses)
    plant_once(world, full=options.full)
    return world


def _port(sock: socket.socket) -> int:
    return int(sock.getsockname()[1])
