"""The address a person visits to accept a webhook by hand."""

import re

from localazure.errors import NOT_FOUND
from localazure.eventgrid.handshake import visit
from localazure.pipeline import Call, Reply, Service
from localazure.routing import Route, Router
from localazure.world import World


def validate(world: World, call: Call) -> Reply:
    if not visit(world, code=call.query.get("id", ""), token=call.query.get("token", "")):
        raise NOT_FOUND.of(path="this address: it is used up, too old, or wrong")
    return Reply(body="Webhook successfully validated as a subscription endpoint")


# The token in the address is the permission, and the address carries a version of its own.
VALIDATION = Service(
    name="eventgrid",
    claims=re.compile(r"/eventsubscriptions/", re.IGNORECASE),
    find=Router([Route(method, "/eventsubscriptions/{name}/validate", validate) for method in ("GET", "POST")]).find,
)
