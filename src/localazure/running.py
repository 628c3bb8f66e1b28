"""One run of the local cloud, from the data folder to the last answer."""

import asyncio
import socket
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from localazure import ready
from localazure.app import azure_app, portal_app
from localazure.certificates import Authority
from localazure.data import DATABASE, forget, open_folder
from localazure.failure import CannotStart
from localazure.loose import Check
from localazure.resuming import resume
from localazure.seed import plant_once
from localazure.seeding.reading import Source, read
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
    seed: str = ""  # a built-in one's word or a file; empty: what the folder was seeded from, else the standard one
    certificate: Path | None = None
    ready_file: Path | None = None
    loose: frozenset[Check] = frozenset()


async def run(options: Options, stop: asyncio.Event, told: Callable[[World], None]) -> None:
    """Returns once `stop` is set; calls `told` when everything answers. Raises CannotStart."""
    with (
        open_folder(options.data),
        bind(options.host, options.port, "--port") as tls,
        bind(options.host, options.portal_port, "--portal-port") as plain,
    ):
        world, certificate, key = _prepared(options, _port(tls), _port(plain))
        servers = [(tls_server(azure_app(world), certificate, key), tls), (plain_server(portal_app(world)), plain)]
        resume(world)
        try:
            await serve(servers, stop, lambda: _announce(world, options, told), lambda: _close(world))
        finally:
            world.store.close()


def _prepared(options: Options, port: int, portal_port: int) -> tuple[World, Path, Path]:
    """The world and the listener's certificate and key, all on disk."""
    try:
        authority = Authority(options.data)
        if options.certificate:
            authority.issue(options.certificate)
        source = read(options.seed) if options.seed else None
        if options.fresh:
            forget(options.data)
        return _world(options, source, authority, port, portal_port), *authority.issue(options.data / "listener")
    except OSError as error:
        raise CannotStart(f"{error.filename} cannot be used ({error.strerror}). Fix: make it writable.") from None
    except msgspec.ValidationError:
        raise CannotStart(
            f"The data folder {options.data} was written by another version. Fix: start anew with --fresh."
        ) from None
    except sqlite3.Error as error:
        path = options.data / DATABASE
        raise CannotStart(f"{path} cannot be used ({error}). Fix: make it writable, or start with --fresh.") from None


def _world(options: Options, source: Source | None, authority: Authority, port: int, portal_port: int) -> World:
    addresses = Addresses(
        url=f"https://localhost:{port}",
        portal=f"http://localhost:{portal_port}",
        ca=authority.certificate,
        ca_bundle=authority.bundle,
    )
    store = Store(options.data / DATABASE)
    try:
        world = World(store=store, addresses=addresses, loose=options.loose)
        plant_once(world, source)
    except BaseException:  # a Ctrl-C while it is planted, too: the database must not stay open
        store.close()
        raise
    return world


def _announce(world: World, options: Options, told: Callable[[World], None]) -> None:
    files = [options.data / ready.FILE, *([options.ready_file] if options.ready_file else [])]
    try:
        ready.write(world, *files)
    except OSError as error:
        raise CannotStart(
            f"The ready file {error.filename} cannot be written ({error.strerror}). Fix: give another --ready-file."
        ) from None
    told(world)


async def _close(world: World) -> None:
    world.close()
    await world.background.stop()
    await world.webhooks.close()


def _port(sock: socket.socket) -> int:
    return int(sock.getsockname()[1])
