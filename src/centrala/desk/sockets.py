"""Where a browser reaches the process that has the sound of a call, and what a page's policy allows for it."""

from csp.constants import SELF
from django.conf import settings
from django.http import HttpRequest

from centrala.calls.models import Node
from centrala.calls.queries import other_nodes

PATH = "/calls/talk"


def socket_of(request: HttpRequest, node: Node) -> str:
    """The process that the hub's own address leads to, if it is this one, is where the page came from, by whatever name
    and scheme it was asked for: those of a demo are often plain http. Any other has an address of its own."""
    at_home = node.address == settings.PUBLIC_URL == settings.NODE_URL
    return f"{_own(request) if at_home else _socket(node.address)}{PATH}"


def policy(request: HttpRequest) -> dict[str, list[str]]:
    """Not every browser takes 'self' for sockets as well."""
    return {"connect-src": [SELF, _own(request), *map(_socket, other_nodes())]}


def _own(request: HttpRequest) -> str:
    return f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}"


def _socket(address: str) -> str:
    return address.replace("http", "ws", 1)
