"""Role definitions, and the caller's own permissions.

https://learn.microsoft.com/rest/api/authorization/role-definitions
"""

import re
from uuid import UUID

import msgspec

from localazure.arm import roles, scopes
from localazure.arm.builtin import BUILT_IN
from localazure.arm.shapes import Json
from localazure.clock import real_time, timestamp
from localazure.errors import (
    INVALID_FILTER,
    INVALID_ROLE,
    ROLE_BUILT_IN,
    ROLE_IN_USE,
    ROLE_NAME_TAKEN,
    ROLE_NOT_FOUND,
)
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.records.roles import Permission, RoleDefinition
from localazure.world import World

TYPE = "Microsoft.Authorization/roleDefinitions"
TERM = re.compile(r"(?P<name>roleName|type)\s+eq\s+'(?P<value>[^']*)'|atScopeAndBelow\(\)", re.IGNORECASE)


class Properties(msgspec.Struct, rename="camel", kw_only=True):
    role_name: str = ""
    description: str | None = None
    permissions: list[Permission] = []
    assignable_scopes: list[str] = []


class Body(msgspec.Struct, kw_only=True):
    properties: Properties


def list_definitions(world: World, call: Call) -> Reply:
    scope, expression = _scope(world, call), call.query.get("filter", "")
    found = [
        shape(one, scope) for one in roles.definitions(world) if _assignable(one, scope) and _fits(one, expression)
    ]
    return Reply(body=listing(world, call, found))


def get_definition(world: World, call: Call) -> Reply:
    return Reply(body=shape(_known(world, call), _scope(world, call)))


def put_definition(world: World, call: Call) -> Reply:
    scope, name = _scope(world, call), call.params["name"].lower()
    if name in BUILT_IN:
        raise ROLE_BUILT_IN.of(name=BUILT_IN[name].name)
    asked, known, now = call.json(Body).properties, world.role_definitions.get(name), real_time()
    _check(world, name, asked)
    made = RoleDefinition(
        id=name,
        name=asked.role_name,
        description=asked.description or "",
        permissions=tuple(asked.permissions),
        assignable_scopes=tuple(asked.assignable_scopes),
        made_at=known.made_at if known else now,
        changed_at=now,
        made_by=known.made_by if known else call.caller.object_id,
    )
    return Reply(status=201, body=shape(world.role_definitions.put(name, made), scope))


def remove_definition(world: World, call: Call) -> Reply:
    scope, name = _scope(world, call), call.params["name"].lower()
    if name in BUILT_IN:
        raise ROLE_BUILT_IN.of(name=BUILT_IN[name].name)
    known = world.role_definitions.get(name)
    if known is None:
        return Reply(status=204)
    if any(one.role == name for one in world.role_assignments.all()):
        raise ROLE_IN_USE.of()
    world.role_definitions.remove(name)
    return Reply(body=shape(known, scope))


def list_permissions(world: World, call: Call) -> Reply:
    """The caller's own, inherited ones included. Whoever has none gets an empty list, no refusal."""
    own = roles.permissions(world, call.caller.object_id, _scope(world, call))
    return Reply(body=listing(world, call, [msgspec.to_builtins(one) for one in own]))


def shape(one: RoleDefinition, scope: str) -> Json:
    """The id names the subscription it was asked under, as Azure has it."""
    match = scopes.PLACE.fullmatch(scope)
    base = f"/subscriptions/{match['subscription']}" if match else ""
    properties: Json = {
        "roleName": one.name,
        "type": "BuiltInRole" if one.built_in else "CustomRole",
        "description": one.description,
        "assignableScopes": list(one.assignable_scopes),
        "permissions": [msgspec.to_builtins(each) for each in one.permissions],
    }
    if one.made_at and one.changed_at:
        properties |= {"createdOn": timestamp(one.made_at), "updatedOn": timestamp(one.changed_at)}
        properties |= {"createdBy": one.made_by, "updatedBy": one.made_by}
    return {"id": f"{base}/providers/{TYPE}/{one.id}", "name": one.id, "type": TYPE, "properties": properties}


def _known(world: World, call: Call) -> RoleDefinition:
    found = roles.definition(world, call.params["name"].lower())
    if found is None:
        raise ROLE_NOT_FOUND.of(name=call.params["name"])
    return found


def _scope(world: World, call: Call) -> str:
    scope = "/" + call.params.get("scope", "").strip("/").replace("//", "/")
    scopes.check(world, scope)
    return scope


def _assignable(one: RoleDefinition, scope: str) -> bool:
    return any(roles.within(scope, each) or roles.within(each, scope) for each in one.assignable_scopes)


def _fits(one: RoleDefinition, expression: str) -> bool:
    for term in re.split(r"\s+and\s+", expression.strip()) if expression.strip() else []:
        match = TERM.fullmatch(term)
        if match is None:
            raise INVALID_FILTER.of(filter=expression)
        kind = "BuiltInRole" if one.built_in else "CustomRole"
        actual = {"rolename": one.name, "type": kind}.get((match["name"] or "").lower())
        if actual is not None and actual.lower() != match["value"].lower():
            return False
    return True


def _check(world: World, name: str, asked: Properties) -> None:
    try:
        UUID(name)
    except ValueError:
        raise INVALID_ROLE.of(reason=f"The role definition ID '{name}' must be a GUID.") from None
    if not asked.role_name or not asked.assignable_scopes or not asked.permissions:
        raise INVALID_ROLE.of(reason="The role needs a roleName, permissions and assignableScopes.")
    for scope in asked.assignable_scopes:
        if not scopes.PLACE.fullmatch(scope):
            raise INVALID_ROLE.of(reason=f"'{scope}' is not a scope a custom role can be assigned at.")
        scopes.check(world, scope)
    if any(one.name.lower() == asked.role_name.lower() and one.id != name for one in roles.definitions(world)):
        raise ROLE_NAME_TAKEN.of()
