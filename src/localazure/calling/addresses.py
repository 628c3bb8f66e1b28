"""Addresses that an application gives."""

from urllib.parse import urlsplit

from localazure.calling.bodies import Operation
from localazure.calling.errors import INVALID_CALL


def callback(uri: str, name: str) -> str:
    """Only over TLS, and nothing that could not be asked. Raises what the service answers."""
    return _checked(uri, name, "https")


def operation_callback(body: Operation) -> str | None:
    """None where the connection's own address is told."""
    return callback(body.operation_callback_uri, "operationCallbackUri") if body.operation_callback_uri else None


def stream(uri: str, name: str) -> str:
    return _checked(uri, name, "wss")


def _checked(uri: str, name: str, scheme: str) -> str:
    try:
        parts = urlsplit(uri)
        fits = parts.scheme.lower() == scheme and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if not fits or not uri.isascii() or any(one.isspace() or not one.isprintable() for one in uri):
        raise INVALID_CALL.of(reason=f"The {name} is not an absolute {scheme} address.")
    return uri
