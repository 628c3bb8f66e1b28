"""`centrala web`: the process that answers. People may come over http, machines need https."""

import argparse
from pathlib import Path

from centrala.cli.database import refuse_other_version, set_up_django
from centrala.cli.figures import port_number, whole
from centrala.errors import Misconfigured
from centrala.installation import Installation

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8080


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

    installation = Installation.here()
    host = host_of(options.host, installation)
    listens = [Listen(host=host, port=port_of(options.port, installation, "port", DEFAULT_PORT))]
    tls_port = port_of(options.tls_port, installation, "tls_port", 0)
    if tls_port:
        certificate, key = _certificate(options, installation)
        listens.insert(0, Listen(host=host, port=tls_port, certificate=certificate, key=key))
    app = build()
    serve(
        app,
        listens=listens,
        trusted=installation.setting("CENTRALA_TRUSTED_PROXIES", "trusted_proxies"),
        before_stop=app.state.broadcast.end_streams,
    )
    return 0


def host_of(given: str | None, installation: Installation) -> str:
    return given or installation.setting("CENTRALA_HOST", "host", DEFAULT_HOST)


def port_of(given: int | None, installation: Installation, name: str, default: int) -> int:
    """Raises Misconfigured for a setting that is no port; 0 is one only as the default, where it means none."""
    if given is not None:
        return given
    variable = f"CENTRALA_{name.upper()}"
    text = installation.setting(variable, name, str(default))
    if text == str(default):
        return default
    try:
        return port_number(text)
    except argparse.ArgumentTypeError as error:
        raise Misconfigured(f"{variable} (or {name} in centrala.toml): {error}. Fix: correct it.") from None


def _certificate(options: argparse.Namespace, installation: Installation) -> tuple[Path, Path]:
    pair = [
        options.certificate or Path(installation.setting("CENTRALA_CERTIFICATE", "certificate")),
        options.key or Path(installation.setting("CENTRALA_KEY", "key")),
    ]
    for path in pair:
        if not path.is_file():
            raise Misconfigured(
                f"The certificate file {path} is not there. Fix: --certificate and --key with --tls-port."
            )
    return pair[0], pair[1]
