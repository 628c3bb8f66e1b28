"""What a client asks for on a person's behalf.

https://learn.microsoft.com/entra/identity-platform/scopes-oidc
"""

from dataclasses import dataclass

from localazure.audiences import GRAPH
from localazure.entra.first_party import APPLICATION_WRITE, ASSIGNMENT_WRITE, DIRECTORY_READ
from localazure.entra.minted import Resource
from localazure.entra.resources import resource_of
from localazure.errors import SEVERAL_RESOURCES, UNKNOWN_RESOURCE
from localazure.records.directory import Tenant
from localazure.world import World

OPEN_ID = {"openid", "profile", "email", "offline_access"}
DEFAULT = ".default"
GRAPH_SCOPES = (APPLICATION_WRITE, ASSIGNMENT_WRITE, DIRECTORY_READ, "User.Read")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`granted` is what the access token's scp says: everybody is taken to have consented."""

    resource: Resource
    granted: tuple[str, ...]
    open_id: frozenset[str]


def asked(world: World, tenant: Tenant, scope: str) -> Asked:
    """Bare names are Graph's. Raises in Entra's words."""
    words = scope.split()
    open_id = frozenset(word for word in words if word in OPEN_ID)
    named = [word if "/" in word else f"https://graph.microsoft.com/{word}" for word in words if word not in OPEN_ID]
    pairs = [word.rpartition("/") for word in named] or [("https://graph.microsoft.com", "/", "User.Read")]
    resources = {resource for resource, _, _ in pairs}
    if len(resources) > 1:
        raise SEVERAL_RESOURCES.of(scope=scope)
    name = resources.pop()
    found = resource_of(world, name)
    if found is None:
        raise UNKNOWN_RESOURCE.of(resource=name, tenant=tenant.display_name)
    names = [word for _, _, word in pairs]
    granted = tuple(names) if DEFAULT not in names else _all(world, found)
    return Asked(resource=found, granted=granted, open_id=open_id)


def _all(world: World, resource: Resource) -> tuple[str, ...]:
    if resource.audience.rstrip("/") in GRAPH:
        return GRAPH_SCOPES
    principal = world.principals.get(resource.principal_id)
    if principal is None:
        return ("user_impersonation",)
    own = (one.scopes for one in world.applications.all() if one.app_id == principal.app_id)
    return tuple(str(scope["value"]) for scopes in own for scope in scopes if scope.get("value"))
