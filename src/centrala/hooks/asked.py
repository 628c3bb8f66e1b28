"""A request to a webhook, read out of ASGI's scope in one pass: the event path pays for each look at the headers."""

import msgspec
from starlette.types import Scope


class Asked(msgspec.Struct):
    """`authorization` holds the values of all headers of that name; a missing header is an empty text."""

    method: str
    secret: str
    service: str
    authorization: list[str] = []
    length: str = ""
    kind: str = ""
    subscription: str = ""


def read(scope: Scope) -> Asked:
    """For a path of the form /hooks/{secret}/{service}."""
    _, _, secret, service = scope["path"].split("/")
    asked = Asked(scope["method"], secret, service)
    for name, value in scope["headers"]:
        if name == b"authorization":
            asked.authorization.append(value.decode("latin-1"))
        elif name == b"content-length":
            asked.length = value.decode("latin-1")
        elif name == b"aeg-event-type":
            asked.kind = value.decode("latin-1").lower()
        elif name == b"aeg-subscription-name":
            asked.subscription = value.decode("latin-1")
    return asked
