"""`centrala web`: the process that answers. People may come over http, machines need https."""

import argparse
from pathlib import Path

from centrala.cli.database import refuse_other_version, set_up_django
from centrala.cli.figures import port_number, whole
from centrala.configuration import Configuration
from centrala.errors import Misconfigured
from centrala.installation import Installation


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
    from centrala.server import Listen, serve

    settings = Installation.here().settings
    host = options.host or settings.host
    listens = [Listen(host=host, port=options.port or settings.port)]
    tls_port = settings.tls_port if options.tls_port is None else options.tls_port
    if tls_port:
        certificate, key = _certificate(options, settings)
        listens.insert(0, Listen(host=host, port=tls_port, certificate=certificate, key=key))
    app = build()
    serve(
        app,
        listens=listens,
        trusted=settings.trusted_proxies,
        before_stop=app.state.broadcast.end_streams,
    )
    return 0


def _certificate(options: argparse.Namespace, settings: Configuration) -> tuple[Path, Path]:
    pair = [options.certificate or Path(settings.certificate), options.key or Path(settings.key)]
    for path in pair:
        if not path.is_file():
            raise Misconfigured(
                f"The certificate file {path} is not there. Fix: --certificate and --key with --tls-port."
            )
    return pair[0], pair[1]
