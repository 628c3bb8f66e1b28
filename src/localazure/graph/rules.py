"""Applications, their service principals and app roles."""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import msgspec

from localazure.clock import real_time
from localazure.errors import GRAPH_BAD_REQUEST, GRAPH_NO_APPLICATION, GRAPH_NOT_FOUND, GRAPH_PRINCIPAL_EXISTS
from localazure.eventgrid.identity import EVENT_GRID_APP_ID, event_grid_principal
from localazure.graph.shapes import ApplicationBody, AssignmentBody
from localazure.records.directory import Application, AppRoleAssignment, Password, ServicePrincipal
from localazure.records.seed import new_id
from localazure.world import World

Record = TypeVar("Record", Application, ServicePrincipal)
VALUE = r"'(?P<value>(?:[^']|'')*)'"
EQUALS = re.compile(rf"\s*(?P<field>appId|displayName|id)\s+eq\s+{VALUE}\s*", re.IGNORECASE)
NAMED = re.compile(rf"\s*servicePrincipalNames/any\(\s*\w+:\s*\w+\s+eq\s+{VALUE}\)\s*", re.IGNORECASE)
STARTS = re.compile(rf"\s*startswith\((?P<field>appId|displayName|id),\s*{VALUE}\)\s*", re.IGNORECASE)
FIELDS: dict[str, Callable[[Application | ServicePrincipal], str]] = {
    "appid": lambda one: one.app_id,
    "displayname": lambda one: one.display_name,
    "id": lambda one: one.id,
}


def filtered(items: list[Record], expression: str | None) -> list[Record]:
    """One `eq` or `startswith` on appId, displayName or id, or a principal's name; anything else is refused."""
    if not expression:
        return items
    equals, starts = EQUALS.fullmatch(expression), STARTS.fullmatch(expression)
    if named := NAMED.fullmatch(expression):
        return [one for one in items if one.app_id == named["value"].lower()]
    match = equals or starts
    if match is None:
        raise GRAPH_BAD_REQUEST.of(reason=f"Unsupported or invalid query filter clause: {expression}")
    wanted, value = match["value"].replace("''", "'").lower(), FIELDS[match["field"].lower()]
    return [one for one in items if value(one).lower() == wanted or (starts and value(one).lower().startswith(wanted))]


def application(world: World, key: str) -> Application:
    """By object id, or by application id in the form `(appId='…')` cut to its value."""
    for one in world.applications.all():
        if key.lower() in {one.id, f"appid={one.app_id}"}:
            return one
    raise GRAPH_NOT_FOUND.of(id=key)


def principal(world: World, key: str) -> ServicePrincipal:
    for one in world.principals.all():
        if key.lower() in {one.id, f"appid={one.app_id}"}:
            return one
    raise GRAPH_NOT_FOUND.of(id=key)


def add_application(world: World, body: ApplicationBody, *, owner: str = "") -> Application:
    """`owner` is the object id of whoever registers it."""
    if not body.display_name:
        raise GRAPH_BAD_REQUEST.of(reason="Property displayName is required.")
    fresh = Application(
        id=new_id(),
        app_id=new_id(),
        tenant_id=world.seed.tenant_id,
        display_name=body.display_name,
        made_at=real_time(),
        owners=(owner,) if owner else (),
    )
    return world.applications.put(fresh.id, _changed(world, fresh, body))


def change_application(world: World, one: Application, body: ApplicationBody) -> Application:
    return world.applications.put(one.id, _changed(world, one, body))


def remove_application(world: World, one: Application) -> None:
    """Its service principal in this tenant goes with it, and what was assigned to or on that."""
    with world.store.transaction():
        world.applications.remove(one.id)
        for principal in [each for each in world.principals.all() if each.app_id == one.app_id]:
            world.principals.remove(principal.id)
            _remove_assignments(world, principal.id)


def add_password(world: World, one: Application, name: str) -> Password:
    now = real_time()
    fresh = Password(
        key_id=new_id(),
        display_name=name,
        secret=f"{secrets.token_hex(2)[:3]}8Q~{secrets.token_urlsafe(25)}",
        made_at=now,
        ends_at=now + timedelta(days=730),
    )
    world.applications.put(one.id, msgspec.structs.replace(one, passwords=(*one.passwords, fresh)))
    return fresh


def add_principal(world: World, app_id: str, *, owner: str = "") -> ServicePrincipal:
    """`owner` is the object id of whoever makes it; Microsoft's own principals have none."""
    app_id = app_id.lower()
    if any(one.app_id == app_id for one in world.principals.all()):
        raise GRAPH_PRINCIPAL_EXISTS.of(app=app_id)
    if app_id == EVENT_GRID_APP_ID:
        return event_grid_principal(world)
    application = next((one for one in world.applications.all() if one.app_id == app_id), None)
    if application is None:
        raise GRAPH_NO_APPLICATION.of(app=app_id)
    fresh = ServicePrincipal(
        id=new_id(),
        app_id=app_id,
        tenant_id=world.seed.tenant_id,
        display_name=application.display_name,
        made_at=real_time(),
        app_owner_organization_id=application.tenant_id,
        owners=(owner,) if owner else (),
    )
    return world.principals.put(fresh.id, fresh)


def assign(world: World, body: AssignmentBody) -> AppRoleAssignment:
    principal(world, body.principal_id)
    resource = principal(world, body.resource_id)
    roles = {role["id"] for one in world.applications.all() if one.app_id == resource.app_id for role in one.app_roles}
    if body.app_role_id not in roles:
        raise GRAPH_BAD_REQUEST.of(reason="Permission being assigned was not found on application")
    key = f"{body.principal_id}/{body.resource_id}/{body.app_role_id}"
    if key in world.app_role_assignments:
        raise GRAPH_BAD_REQUEST.of(reason="Permission being assigned already exists on the object")
    fresh = AppRoleAssignment(
        id=secrets.token_urlsafe(32),
        app_role_id=body.app_role_id,
        principal_id=body.principal_id,
        resource_id=body.resource_id,
        made_at=real_time(),
    )
    return world.app_role_assignments.put(key, fresh)


def assignments_on(world: World, one: ServicePrincipal) -> list[AppRoleAssignment]:
    return [each for each in world.app_role_assignments.all() if each.resource_id == one.id]


def _changed(world: World, one: Application, body: ApplicationBody) -> Application:
    version = body.api.requested_access_token_version if body.api else msgspec.UNSET
    if version not in {None, 1, 2, msgspec.UNSET}:
        raise GRAPH_BAD_REQUEST.of(reason="Property api.requestedAccessTokenVersion has an invalid value.")
    if body.identifier_uris:
        _check_uris(world, one, body.identifier_uris)
    return msgspec.structs.replace(
        one,
        display_name=body.display_name or one.display_name,
        sign_in_audience=body.sign_in_audience or one.sign_in_audience,
        identifier_uris=one.identifier_uris if body.identifier_uris is None else tuple(body.identifier_uris),
        app_roles=one.app_roles if body.app_roles is None else tuple(map(msgspec.to_builtins, body.app_roles)),
        token_version=one.token_version if version is msgspec.UNSET else version,
    )


def _check_uris(world: World, one: Application, uris: list[str]) -> None:
    others = {uri for other in world.applications.all() if other.id != one.id for uri in other.identifier_uris}
    if taken := others & set(uris):
        raise GRAPH_BAD_REQUEST.of(
            reason=f"Another object with the same value for property identifierUris already exists: {min(taken)}"
        )


def _remove_assignments(world: World, principal_id: str) -> None:
    for key, one in world.app_role_assignments.items():
        if principal_id in {one.principal_id, one.resource_id}:
            world.app_role_assignments.remove(key)
    for key, role in world.role_assignments.items():
        if role.principal_id == principal_id:
            world.role_assignments.remove(key)
