"""Where a browser reaches the process that has the sound of a call, and what a page's policy allows for it."""

from csp.constants import SELF
from django.conf import settings
from django.http import HttpRequest

from centrala.calls.models import Node
from centrala.calls.queries import other_nodes

PATH = "/calls/talk"


def socket_of(request: HttpRequest, node: Node) -> str:
    """A process that the hub's own address leads to is where this page came from, whatever name and scheme the page was
    asked for by: that of a demo is often plain http. Any other has an address of its own."""
    return f"{_own(request) if node.address == settings.PUBLIC_URL else _socket(node.address)}{PATH}"


def policy(request: HttpRequest) -> dict[str, list[str]]:
    """Not every browser takes 'self' for sockets as well."""
    return {"connect-src": [SELF, _own(request), *map(_socket, other_nodes())]}


def _own(request: HttpRequest) -> str:
    return f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}"


def _socket(address: str) -> str:
    return address.replace("http", "ws", 1)
