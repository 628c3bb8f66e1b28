"""What the signed-in person does in the portal: through the handlers that answer Resource Manager and Graph."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import msgspec

from localazure.arm.routes import RESOURCE_MANAGER
from localazure.errors import NOT_FOUND
from localazure.graph.access import IMPERSONATION
from localazure.graph.routes import GRAPH
from localazure.paging import token
from localazure.pipeline import Call, Caller, Reply, handled, masked
from localazure.portal.refusing import gettext_noop as _
from localazure.portal.refusing import refused
from localazure.records.people import Person
from localazure.world import World

log = logging.getLogger("localazure.requests")

Json = dict[str, Any]  # Microsoft's objects
PORTAL_APP_ID = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"  # of the Azure portal
API_VERSION = "2025-02-15"
SERVICES = (GRAPH, RESOURCE_MANAGER)


async def perform(
    world: World,
    person: Person,
    method: str,
    path: str,
    body: object = None,
    query: Mapping[str, str] | None = None,
) -> Reply:
    """Raises what the service refuses with. Nothing is checked here that the service does not check."""
    service = next((one for one in SERVICES if one.claims.match(path)), None)
    if service is None:
        raise NOT_FOUND.of(path=path)
    asked = {"api-version": API_VERSION} | dict(query or {})
    call = Call(
        method=method,
        path=path,
        target=f"{quote(path)}?{urlencode(asked)}",
        query=asked,
        headers={},
        body=b"" if body is None else msgspec.json.encode(body),
        request_id=str(uuid4()),
    )
    reply = await handled(world, service, call, lambda world, call: _caller(person))
    log.info("portal %s %s %s %s", service.name, method, masked(path), reply.status)
    return reply


async def everything(world: World, person: Person, path: str) -> list[Json]:
    """All items of a list, whatever its pages."""
    found: list[Json] = []
    while True:
        reply = await perform(world, person, "GET", path, query={"skiptoken": token(len(found))})
        body = read(reply)
        found += body["value"]
        if not {"nextLink", "@odata.nextLink"} & body.keys():
            return found


def read(reply: Reply) -> Json:
    """The body as a client would see it."""
    body: Json = msgspec.to_builtins(reply.body)
    return body


def segment(name: str) -> str:
    """A typed name as one part of a path; its own rules are the service's."""
    if not name or "/" in name:
        raise refused(_("A name is needed here, without a slash."))
    return name


def _caller(person: Person) -> Caller:
    return Caller(
        object_id=person.id,
        app_id=PORTAL_APP_ID,
        user_name=person.user_name,
        scopes=frozenset({IMPERSONATION}),
    )
