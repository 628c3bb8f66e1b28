"""`centrala web`: the process that answers. People may come over http, machines need https."""

import argparse
import os
from pathlib import Path

from centrala.cli import set_up_link
from centrala.cli.database import refuse_other_version, set_up_django
from centrala.cli.figures import port_number, whole
from centrala.configuration import Configuration
from centrala.errors import Misconfigured
from centrala.health import START
from centrala.installation import Installation

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound here: what to ask instead


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=port_number, help="port for http (default 8080)")
    parser.add_argument(
        "--tls-port", type=whole(range(65536), "a port"), help="port for https, with --certificate and --key; 0: none"
    )
    parser.add_argument("--certificate", type=Path, help="certificate chain, PEM")
    parser.add_argument("--key", type=Path, help="its private key, PEM")


def run(options: argparse.Namespace) -> int:
    set_up_django()
    refuse_other_version()
    from centrala.asgi import build
    from centrala.organization.people import set_up_token_once
    from centrala.server import Listen, serve

    settings = Installation.here().settings
    host = options.host or settings.host
    listens = [Listen(host=host, port=options.port or settings.port)]
    tls_port = settings.tls_port if options.tls_port is None else options.tls_port
    if tls_port:
        certificate, key = _certificate(options, settings)
        listens.insert(0, Listen(host=host, port=tls_port, certificate=certificate, key=key))
    app, base = build(), settings.public_url or address(host, listens[-1].port)
    serve(
        app,
        listens=listens,
        trusted=settings.trusted_proxies,
        before_start=lambda: None if START in os.environ else set_up_link.tell(set_up_token_once, base=base),
        before_stop=app.state.broadcast.end_streams,
    )
    return 0


def address(host: str, port: int) -> str:
    """Where a listener on `host` is reached from this machine."""
    reached = EVERYWHERE.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def _certificate(options: argparse.Namespace, settings: Configuration) -> tuple[Path, Path]:
    pair = [options.certificate or Path(settings.certificate), options.key or Path(settings.key)]
    for path in pair:
        if not path.is_file():
            raise Misconfigured(
                f"The certificate file {path} is not there. Fix: --certificate and --key with --tls-port."
            )
    return pair[0], pair[1]
