"""`centrala up`: embedded database (unless DATABASE_URL names one), web and worker, kept running."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import ProxyHandler, build_opener

from centrala.cli import web
from centrala.cli.database import migrate, set_up_django
from centrala.installation import Installation
from centrala.postgres import Cluster
from centrala.supervisor import Process, Supervisor

ASK_SECONDS = 2.0


def arguments(parser: argparse.ArgumentParser) -> None:
    web.arguments(parser)


def run(options: argparse.Namespace) -> int:
    installation = Installation.here()
    given = {"--host": options.host, "--port": options.port, "--tls-port": options.tls_port}
    given |= {"--certificate": options.certificate, "--key": options.key}
    words = [str(word) for name, value in given.items() if value is not None for word in (name, value)]
    port = web.port_of(options.port, installation, "port", web.DEFAULT_PORT)
    with embedded_database(installation) as clusters:
        set_up_django()
        migrate()
        print(f"Starting on http://localhost:{port} (public: {installation.public_url}). Ctrl-C stops.", flush=True)
        return Supervisor(clusters, hub(words, port=port)).run()


@contextmanager
def embedded_database(installation: Installation) -> Iterator[list[Cluster]]:
    """Our own server, started, with DATABASE_URL set for us and our children; nothing where one is given."""
    if os.environ.get("DATABASE_URL"):
        yield []
        return
    cluster = Cluster.at(installation.data)
    try:
        cluster.start()
        cluster.ensure_database()
        os.environ["DATABASE_URL"] = cluster.dsn()
        yield [cluster]
    finally:
        cluster.stop()


def hub(words: list[str], *, port: int) -> list[Process]:
    """Web and worker as children."""
    address = f"http://localhost:{port}/healthz"
    return [
        Process("web", command("web", *words), ready=lambda: answers(address)),
        Process("worker", command("worker")),
    ]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "centrala.cli", *words]


def answers(address: str) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=ASK_SECONDS) as response:
            return bool(response.status == 200)
    except OSError:
        return False
