"""Role assignments: https://learn.microsoft.com/rest/api/authorization/role-assignments"""

import re
from uuid import UUID

import msgspec

from localazure.arm import roles, scopes
from localazure.arm.shapes import Json
from localazure.clock import real_time, timestamp
from localazure.errors import (
    ASSIGNMENT_CHANGED,
    ASSIGNMENT_EXISTS,
    ASSIGNMENT_NOT_FOUND,
    INVALID_ASSIGNMENT_ID,
    INVALID_FILTER,
    INVALID_PRINCIPAL,
    INVALID_PRINCIPAL_TYPE,
    PART_NOT_EMULATED,
    PRINCIPAL_NOT_FOUND,
    PRINCIPAL_TYPE,
    ROLE_NOT_FOUND,
)
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.records.directory import RoleAssignment
from localazure.world import World

TYPE = "Microsoft.Authorization/roleAssignments"
PRINCIPAL_TYPES = {None, "User", "Group", "ServicePrincipal", "ForeignGroup", "Device"}
TERM = re.compile(r"(atScope)\(\)|principalId\s+eq\s+'([^']+)'|assignedTo\('([^']+)'\)", re.IGNORECASE)


class Properties(msgspec.Struct, rename="camel", kw_only=True):
    role_definition_id: str
    principal_id: str
    principal_type: str | None = None
    description: str | None = None
    condition: str | None = None
    delegated_managed_identity_resource_id: str | None = None


class Body(msgspec.Struct, kw_only=True):
    properties: Properties


def list_assignments(world: World, call: Call) -> Reply:
    """Those at the scope, above it and, unless asked `atScope()`, below it."""
    scope = _scope(world, call)
    at_scope, principals = _filter(call.query.get("filter", ""))
    found = [
        shape(one)
        for one in world.role_assignments.all()
        if roles.within(scope, one.scope) or (not at_scope and roles.within(one.scope, scope))
        if not principals or one.principal_id in principals
    ]
    return Reply(body=listing(world, call, found))


def get_assignment(world: World, call: Call) -> Reply:
    return Reply(body=shape(_known(world, call)))


def put_assignment(world: World, call: Call) -> Reply:
    name, scope = call.params["name"], _scope(world, call)
    _check_name(name)
    asked = call.json(Body).properties
    fresh = RoleAssignment(
        id=name.lower(),
        principal_id=asked.principal_id.lower(),
        role=_role(world, asked.role_definition_id),
        scope=scope,
        principal_type=_principal_type(world, asked),
        description=asked.description or "",
        made_at=real_time(),
        made_by=call.caller.object_id,
    )
    known = world.role_assignments.get(_key(call, scope))
    if known:
        _check_same(known, fresh)
        changed = msgspec.structs.replace(known, description=fresh.description)
        return Reply(body=shape(world.role_assignments.put(_key(call, scope), changed)))
    for one in world.role_assignments.of(fresh.principal_id):
        if one.role == fresh.role and _same(one.scope, scope):
            raise ASSIGNMENT_EXISTS.of(name=one.id.replace("-", ""))
    return Reply(status=201, body=shape(world.role_assignments.put(_key(call, scope), fresh)))


def remove_assignment(world: World, call: Call) -> Reply:
    key = _key(call, _scope(world, call))
    known = world.role_assignments.get(key)
    if known is None:
        return Reply(status=204)
    world.role_assignments.remove(key)
    return Reply(body=shape(known))


def shape(one: RoleAssignment) -> Json:
    scope = one.scope.rstrip("/")
    match = scopes.PLACE.fullmatch(scope)
    subscription = f"/subscriptions/{match['subscription']}" if match else ""
    properties: Json = {
        "roleDefinitionId": f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{one.role}",
        "principalId": one.principal_id,
        "principalType": one.principal_type,
        "scope": one.scope,
        "createdBy": one.made_by,
        "updatedBy": one.made_by,
    }
    if one.description:
        properties["description"] = one.description
    if one.made_at:
        properties |= {"createdOn": timestamp(one.made_at), "updatedOn": timestamp(one.made_at)}
    return {"id": f"{scope}/providers/{TYPE}/{one.id}", "name": one.id, "type": TYPE, "properties": properties}


def key(scope: str, name: str) -> str:
    return f"{scope.rstrip('/')}/providers/{TYPE}/{name}".lower()


def _known(world: World, call: Call) -> RoleAssignment:
    found = world.role_assignments.get(_key(call, _scope(world, call)))
    if found is None:
        raise ASSIGNMENT_NOT_FOUND.of(name=call.params["name"])
    return found


def _scope(world: World, call: Call) -> str:
    scope = "/" + call.params.get("scope", "").strip("/").replace("//", "/")
    scopes.check(world, scope)
    return scope


def _key(call: Call, scope: str) -> str:
    return key(scope, call.params["name"])


def _filter(text: str) -> tuple[bool, set[str]]:
    """Whether only the scope itself and what it inherits counts, and whose assignments; none means everybody's."""
    at_scope, principals = False, set()
    for term in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE) if text.strip() else []:
        match = TERM.fullmatch(term)
        if match is None:
            raise INVALID_FILTER.of(filter=text)
        at_scope |= bool(match[1])
        principals |= {each.lower() for each in (match[2], match[3]) if each}
    return at_scope, principals


def _role(world: World, definition_id: str) -> str:
    name = definition_id.rpartition("/")[2].lower()
    if roles.definition(world, name) is None:
        raise ROLE_NOT_FOUND.of(name=name)
    return name


def _principal_type(world: World, asked: Properties) -> str:
    """A caller who names the type spares the look into the directory: the principal may be too new to be found."""
    _check_asked(asked)
    principal = asked.principal_id.lower()
    actual = "ServicePrincipal" if principal in world.principals else "User" if principal in world.people else ""
    if not actual and not asked.principal_type:
        raise PRINCIPAL_NOT_FOUND.of(principal=principal.replace("-", ""), tenant=world.seed.tenant_id)
    if actual and asked.principal_type not in {None, actual}:
        raise PRINCIPAL_TYPE.of(principal=principal, actual=actual, asked=asked.principal_type)
    return actual or asked.principal_type or ""


def _check_asked(asked: Properties) -> None:
    """A condition that were forgotten would give more than was asked for."""
    if asked.condition or asked.delegated_managed_identity_resource_id:
        raise PART_NOT_EMULATED.of(what="a condition or a delegated identity of a role assignment")
    if not _is_guid(asked.principal_id):
        raise INVALID_PRINCIPAL.of()
    if asked.principal_type not in PRINCIPAL_TYPES:
        raise INVALID_PRINCIPAL_TYPE.of(kind=asked.principal_type)


def _check_name(name: str) -> None:
    if not _is_guid(name):
        raise INVALID_ASSIGNMENT_ID.of(name=name)


def _is_guid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _check_same(known: RoleAssignment, asked: RoleAssignment) -> None:
    if (known.role, known.principal_id) != (asked.role, asked.principal_id):
        raise ASSIGNMENT_CHANGED.of()


def _same(one: str, other: str) -> bool:
    return one.lower().rstrip("/") == other.lower().rstrip("/")
