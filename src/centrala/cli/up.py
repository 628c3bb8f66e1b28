"""`centrala up`: embedded database (unless DATABASE_URL names one), web and worker, kept running."""

import argparse
import os
import secrets
import sys
from http.client import HTTPException
from urllib.request import ProxyHandler, build_opener

from centrala.cli import set_up_link, web
from centrala.cli.database import migrate, refuse_other_version, set_up_django
from centrala.configuration import Configuration
from centrala.health import START, START_HEADER
from centrala.installation import Installation
from centrala.postgres import Cluster, forget_other_servers
from centrala.supervisor import Process, Step, Supervisor

ASK_SECONDS = 2.0


def arguments(parser: argparse.ArgumentParser) -> None:
    web.arguments(parser)
    parser.add_argument(
        "--migrate", action="store_true", help="bring the database that DATABASE_URL names up to this version, too"
    )


def run(options: argparse.Namespace) -> int:
    installation = Installation.here()
    given = {"--host": options.host, "--port": options.port, "--tls-port": options.tls_port}
    given |= {"--certificate": options.certificate, "--key": options.key}
    words = [str(word) for name, value in given.items() if value is not None for word in (name, value)]
    host, port = options.host or installation.settings.host, options.port or installation.settings.port
    clusters = embedded_database(installation)

    def ready() -> None:
        print(
            f"Centrala runs on {web.address(host, port)} (public: {installation.public_url}). Ctrl-C stops it.",
            flush=True,
        )
        from centrala.organization.people import set_up_token  # Django is ready only now

        set_up_link.tell(set_up_token, base=installation.settings.public_url or web.address(host, port))

    step = Step("migrate", lambda: prepare(clusters, migrating=bool(clusters) or options.migrate))
    return Supervisor(clusters, [step], hub(words, host=host, port=port)).run(on_ready=ready)


def embedded_database(installation: Installation) -> list[Cluster]:
    """Our own server as a member, none where DATABASE_URL names one."""
    if os.environ.get("DATABASE_URL"):
        return []
    forget_other_servers()
    return [Cluster.at(installation.data)]


def prepare(clusters: list[Cluster], *, migrating: bool = True) -> None:
    """With the database up: DATABASE_URL for us and our children, Django, and the tables of this version.

    Raises Misconfigured when these are not there and `migrating` is false.
    """
    for cluster in clusters:
        cluster.ensure_database()
        os.environ["DATABASE_URL"] = cluster.dsn()
    set_up_django()
    if migrating:
        migrate()
    else:
        refuse_other_version()


def hub(words: list[str], *, port: int, host: str = Configuration().host) -> list[Process]:
    """Web and worker as children."""
    health, start = f"{web.address(host, port)}/healthz", secrets.token_hex(8)
    return [
        # Ready is who answers with this start's own word: on a port that is taken another hub may answer.
        Process("web", command("web", *words), env={START: start}, ready=lambda: answers(health) == start),
        Process("worker", command("worker")),
    ]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "centrala.cli", *words]


def answers(url: str) -> str | None:
    """The word with which the web process there was started; None when nobody answers, or not by HTTP: on a port of the
    range that the system lends, who asks while nobody listens may be connected to himself."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=ASK_SECONDS) as response:
            return str(response.headers.get(START_HEADER, ""))
    except (OSError, HTTPException):
        return None
