"""The keys by which a path names an object: `/applications/{id}` is `/applications(appId='…')`, too, with all below it.

https://learn.microsoft.com/graph/api/application-get and .../application-upsert
"""

import re

from localazure.errors import GRAPH_NOT_FOUND
from localazure.pipeline import Call
from localazure.records.directory import Application, ServicePrincipal
from localazure.routing import Route, Router
from localazure.world import World

APPLICATIONS, PRINCIPALS = "/v1.0/applications", "/v1.0/servicePrincipals"
KEYS = {APPLICATIONS: ("appId", "uniqueName"), PRINCIPALS: ("appId",)}

PATTERNS = [
    re.compile(rf"(?P<set>{kind})\((?P<key>{'|'.join(keys)})='(?P<value>([^']|'')+)'\)(?P<below>(/.*)?)", re.IGNORECASE)
    for kind, keys in KEYS.items()
]
NAMED = "uniquename"

Named = Application | ServicePrincipal


class KeyedRouter(Router):
    """Whatever is routed by `{id}` is by the other keys. `id` is then the key's value, and `key` its name."""

    def match(self, method: str, path: str) -> tuple[Route | None, dict[str, str]]:
        keyed = next(filter(None, (pattern.fullmatch(path) for pattern in PATTERNS)), None)
        if keyed is None:
            return super().match(method, path)
        route, params = super().match(method, f"{keyed['set']}/-{keyed['below']}")
        return route, params | {"id": keyed["value"].replace("''", "'"), "key": keyed["key"].lower()}


def find(world: World, call: Call) -> Named | None:
    """What the path names; None where that is no application or service principal, or one that is not there."""
    known = world.principals.all() if call.path.lower().startswith(PRINCIPALS.lower()) else world.applications.all()
    return next((one for one in known if _is_meant(one, call)), None)


def known(world: World, call: Call) -> Named:
    if found := find(world, call):
        return found
    raise GRAPH_NOT_FOUND.of(id=call.params["id"])


def application(world: World, call: Call) -> Application:
    return world.applications[known(world, call).id]


def principal(world: World, call: Call) -> ServicePrincipal:
    return world.principals[known(world, call).id]


def by_name(call: Call) -> bool:
    return call.params.get("key") == NAMED


def kind(one: Named) -> str:
    return (APPLICATIONS if isinstance(one, Application) else PRINCIPALS).rpartition("/")[2]


def _is_meant(one: Named, call: Call) -> bool:
    """Ids are compared without case, names with it."""
    value = call.params.get("id", "")
    if by_name(call):
        return isinstance(one, Application) and one.unique_name == value
    return value.lower() == (one.app_id if "key" in call.params else one.id)
