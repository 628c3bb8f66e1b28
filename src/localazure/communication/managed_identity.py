"""The managed identity of a resource: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources"""

import msgspec

from localazure.errors import INVALID_RESOURCE
from localazure.records.ids import new_id
from localazure.records.resources import ManagedIdentity, UserIdentity

SYSTEM, USER = "SystemAssigned", "UserAssigned"


class IdentityBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """`principal_id` and `tenant_id` are the service's: what a caller sends back of them changes nothing.

    A user-assigned identity that is null is taken away.
    """

    type: str
    user_assigned_identities: dict[str, dict[str, object] | None] | None = None
    principal_id: str | None = None
    tenant_id: str | None = None


def changed(known: ManagedIdentity | None, asked: IdentityBody) -> ManagedIdentity | None:
    kinds = {one.strip() for one in asked.type.split(",")}
    if kinds == {"None"}:
        return None
    if not kinds or not kinds <= {SYSTEM, USER}:
        raise INVALID_RESOURCE.of(reason=f"The identity type '{asked.type}' is invalid.")
    users = _users(known, asked) if USER in kinds else ()
    if USER in kinds and not users:
        raise INVALID_RESOURCE.of(reason="A user-assigned identity must be named in userAssignedIdentities.")
    system = (known.principal_id if known else "") or new_id()
    return ManagedIdentity(principal_id=system if SYSTEM in kinds else "", users=users)


def shape(one: ManagedIdentity, tenant_id: str) -> dict[str, object]:
    kinds = [*([SYSTEM] if one.principal_id else []), *([USER] if one.users else [])]
    body: dict[str, object] = {"type": ",".join(kinds)}
    if one.principal_id:
        body |= {"principalId": one.principal_id, "tenantId": tenant_id}
    if one.users:
        body["userAssignedIdentities"] = {
            user.resource_id: {"principalId": user.principal_id, "clientId": user.client_id} for user in one.users
        }
    return body


def _users(known: ManagedIdentity | None, asked: IdentityBody) -> tuple[UserIdentity, ...]:
    """Those there are, with what is asked added or taken away."""
    users = {one.resource_id.lower(): one for one in (known.users if known else ())}
    for name, value in (asked.user_assigned_identities or {}).items():
        if value is None:
            users.pop(name.lower(), None)
        else:
            fresh = UserIdentity(resource_id=name, principal_id=new_id(), client_id=new_id())
            users.setdefault(name.lower(), fresh)
    return tuple(users.values())
