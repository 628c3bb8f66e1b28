"""`centrala up`: embedded database (unless DATABASE_URL names one), web and worker, kept running."""

import argparse
import os
import sys
from urllib.request import ProxyHandler, build_opener

from centrala.cli import web
from centrala.cli.database import migrate, set_up_django
from centrala.installation import Installation
from centrala.postgres import Cluster
from centrala.supervisor import Process, Step, Supervisor

ASK_SECONDS = 2.0


def arguments(parser: argparse.ArgumentParser) -> None:
    web.arguments(parser)


def run(options: argparse.Namespace) -> int:
    installation = Installation.here()
    given = {"--host": options.host, "--port": options.port, "--tls-port": options.tls_port}
    given |= {"--certificate": options.certificate, "--key": options.key}
    words = [str(word) for name, value in given.items() if value is not None for word in (name, value)]
    port = web.port_of(options.port, installation, "port", web.DEFAULT_PORT)
    clusters = embedded_database(installation)

    def ready() -> None:
        print(
            f"Centrala runs on http://localhost:{port} (public: {installation.public_url}). Ctrl-C stops it.",
            flush=True,
        )

    step = Step("migrate", lambda: prepare(clusters))
    return Supervisor(clusters, [step], hub(words, port=port)).run(on_ready=ready)


def embedded_database(installation: Installation) -> list[Cluster]:
    """Our own server as a member, none where DATABASE_URL names one."""
    return [] if os.environ.get("DATABASE_URL") else [Cluster.at(installation.data)]


def prepare(clusters: list[Cluster]) -> None:
    """With the database up: DATABASE_URL for us and our children, Django, and the tables of this version."""
    for cluster in clusters:
        cluster.ensure_database()
        os.environ["DATABASE_URL"] = cluster.dsn()
    set_up_django()
    migrate()


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
