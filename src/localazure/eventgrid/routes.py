"""The address a person visits to accept a webhook by hand."""

import re
from collections.abc import Mapping

from localazure.errors import NOT_FOUND, ServiceError
from localazure.eventgrid.handshake import visit
from localazure.pipeline import Call, Caller, Reply, Service
from localazure.routing import Route, Router
from localazure.world import World


def validate(world: World, call: Call) -> Reply:
    if not visit(world, code=call.query.get("id", ""), token=call.query.get("token", "")):
        raise NOT_FOUND.of(path="this address: it is used up, too old, or wrong")
    return Reply(body="Webhook successfully validated as a subscription endpoint")


def _anyone(world: World, call: Call) -> Caller:
    """The token in the address is the permission."""
    return Caller()


def _anything(call: Call) -> None:
    """The address carries a version of its own."""


def _envelope(error: ServiceError, call: Call) -> dict[str, object]:
    return {"error": {"code": error.code, "message": error.message}}


def _headers(call: Call) -> Mapping[str, str]:
    return {"x-ms-request-id": call.request_id}


VALIDATION = Service(
    name="eventgrid",
    claims=re.compile(r"/eventsubscriptions/", re.IGNORECASE),
    find=Router([Route(method, "/eventsubscriptions/{name}/validate", validate) for method in ("GET", "POST")]).find,
    authenticate=_anyone,
    validate=_anything,
    envelope=_envelope,
    headers=_headers,
)
