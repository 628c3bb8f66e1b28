"""Applications, their service principals and app roles."""

import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import msgspec

from localazure.clock import possible, real_time
from localazure.entra.clients import application_of
from localazure.entra.tokens import app_roles
from localazure.errors import (
    GRAPH_BAD_REQUEST,
    GRAPH_DUPLICATE,
    GRAPH_ENABLED_ROLE,
    GRAPH_NO_APPLICATION,
    GRAPH_NOT_FOUND,
    GRAPH_PRINCIPAL_EXISTS,
)
from localazure.eventgrid.identity import EVENT_GRID_APP_ID, event_grid_principal
from localazure.graph import uris
from localazure.graph.keys import Named
from localazure.graph.shapes import (
    ApplicationBody,
    AppRole,
    AssignmentBody,
    PasswordCredential,
    PrincipalChange,
)
from localazure.records.directory import Application, AppRoleAssignment, Password, ServicePrincipal
from localazure.records.ids import new_id
from localazure.world import World

DEFAULT_ROLE = "00000000-0000-0000-0000-000000000000"  # for resources that define none
AUDIENCES = ("AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount")
LONGEST_NAME, LONGEST_ROLE, LONGEST_NOTES = 256, 120, 1024
# https://learn.microsoft.com/graph/api/resources/approle
ROLE_VALUE = re.compile(r"(?![.])[!#-[\]-~]+")
TWO_YEARS = timedelta(days=730)


def add_application(
    world: World, body: ApplicationBody, *, owner: str = "", unique_name: str | None = None
) -> Application:
    """`owner` is the object id of whoever registers it. Tokens can be had for it once it has spread."""
    if not body.display_name:
        raise GRAPH_BAD_REQUEST.of(reason="Property displayName is required.")
    fresh = Application(
        id=new_id(),
        app_id=new_id(),
        tenant_id=world.seed.tenant_id,
        display_name=body.display_name,
        made_at=real_time(),
        owners=(owner,) if owner else (),
        usable_from=world.clock.after(spreading.seconds) if (spreading := world.propagation.get("seconds")) else None,
        unique_name=unique_name,
    )
    return world.applications.put(fresh.id, _changed(world, fresh, body))


def change_application(world: World, one: Application, body: ApplicationBody) -> Application:
    return world.applications.put(one.id, _changed(world, one, body))


def remove(world: World, one: Named) -> None:
    if isinstance(one, Application):
        remove_application(world, one)
    else:
        remove_principal(world, one)


def remove_application(world: World, one: Application) -> None:
    """Its service principal in this tenant goes with it, and what was assigned to or on that."""
    with world.store.transaction():
        world.applications.remove(one.id)
        for principal in [each for each in world.principals.all() if each.app_id == one.app_id]:
            remove_principal(world, principal)


def add_password(world: World, one: Named, asked: PasswordCredential) -> Password:
    """For two years unless asked otherwise."""
    begins = asked.start_date_time or real_time()
    ends = asked.end_date_time or (begins + TWO_YEARS if possible(begins) else begins)
    if not possible(begins) or not possible(ends) or ends <= begins:
        raise GRAPH_BAD_REQUEST.of(reason="The credential's endDateTime must lie after its startDateTime.")
    fresh = Password(
        key_id=new_id(),
        display_name=asked.display_name or "",
        secret=f"{secrets.token_hex(2)[:3]}8Q~{secrets.token_urlsafe(25)}",
        made_at=begins,
        ends_at=ends,
    )
    put(world, msgspec.structs.replace(one, passwords=(*one.passwords, fresh)))
    return fresh


def remove_password(world: World, one: Named, key_id: str) -> None:
    left = tuple(each for each in one.passwords if each.key_id != key_id.lower())
    if len(left) == len(one.passwords):
        raise GRAPH_BAD_REQUEST.of(reason=f"No password credential found with keyId {key_id}.")
    put(world, msgspec.structs.replace(one, passwords=left))


def put(world: World, one: Named) -> None:
    if isinstance(one, Application):
        world.applications.put(one.id, one)
    else:
        world.principals.put(one.id, one)


def add_principal(world: World, app_id: str, *, owner: str = "") -> ServicePrincipal:
    """`owner` is the object id of whoever makes it; Microsoft's own principals have none."""
    app_id = app_id.lower()
    if any(one.app_id == app_id for one in world.principals.all()):
        raise GRAPH_PRINCIPAL_EXISTS.of(app=app_id)
    if app_id == EVENT_GRID_APP_ID:
        return event_grid_principal(world)
    application = application_of(world, app_id)
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


def change_principal(world: World, one: ServicePrincipal, body: PrincipalChange) -> None:
    changed = msgspec.structs.replace(
        one,
        enabled=one.enabled if body.account_enabled is None else body.account_enabled,
        assignment_required=(
            one.assignment_required if body.app_role_assignment_required is None else body.app_role_assignment_required
        ),
        notes=body.notes or one.notes,
        tags=one.tags if body.tags is None else tuple(body.tags),
    )
    world.principals.put(one.id, changed)


def remove_principal(world: World, one: ServicePrincipal) -> None:
    with world.store.transaction():
        world.principals.remove(one.id)
        _remove_assignments(world, one.id)


def assign(world: World, body: AssignmentBody) -> AppRoleAssignment:
    """One row per principal, resource and role."""
    receiver, resource = body.principal_id.lower(), _principal(world, body.resource_id)
    kind = "User" if receiver in world.people else "Application"
    if kind == "Application":
        _principal(world, receiver)
    role = body.app_role_id.lower()
    if role not in _assignable(world, resource, kind):
        raise GRAPH_BAD_REQUEST.of(reason="Permission being assigned was not found on application")
    key = f"{receiver}/{resource.id}/{role}"
    if key in world.app_role_assignments:
        raise GRAPH_BAD_REQUEST.of(reason="Permission being assigned already exists on the object")
    fresh = AppRoleAssignment(
        id=secrets.token_urlsafe(32),
        app_role_id=role,
        principal_id=receiver,
        resource_id=resource.id,
        made_at=real_time(),
    )
    return world.app_role_assignments.put(key, fresh)


def _assignable(world: World, resource: ServicePrincipal, kind: str) -> set[str]:
    """The ids of enabled roles that a principal of this kind may get."""
    roles = app_roles(world, resource.app_id)
    found = {str(one["id"]).lower() for one in roles if one["isEnabled"] and kind in _members(one)}
    return found if roles else {DEFAULT_ROLE}


def _members(role: dict[str, object]) -> list[object]:
    kinds = role["allowedMemberTypes"]
    return kinds if isinstance(kinds, list) else []


def _changed(world: World, one: Application, body: ApplicationBody) -> Application:
    _check(world, one, body)
    version = body.api.requested_access_token_version if body.api else msgspec.UNSET
    scopes = body.api.oauth2_permission_scopes if body.api else None
    web = body.web.redirect_uris if body.web else None
    public = body.public_client.redirect_uris if body.public_client else None
    return msgspec.structs.replace(
        one,
        display_name=body.display_name or one.display_name,
        sign_in_audience=body.sign_in_audience or one.sign_in_audience,
        identifier_uris=one.identifier_uris if body.identifier_uris is None else tuple(body.identifier_uris),
        app_roles=one.app_roles if body.app_roles is None else tuple(map(msgspec.to_builtins, body.app_roles)),
        scopes=one.scopes if scopes is None else tuple(map(msgspec.to_builtins, scopes)),
        web_redirects=one.web_redirects if web is None else tuple(web),
        public_redirects=one.public_redirects if public is None else tuple(public),
        public_client=one.public_client if body.is_fallback_public_client is None else body.is_fallback_public_client,
        notes=body.notes or one.notes,
        tags=one.tags if body.tags is None else tuple(body.tags),
        token_version=one.token_version if version is msgspec.UNSET else version,
    )


def _check(world: World, one: Application, body: ApplicationBody) -> None:
    version = body.api.requested_access_token_version if body.api else msgspec.UNSET
    if version not in {None, 1, 2, msgspec.UNSET}:
        raise GRAPH_BAD_REQUEST.of(reason="Property api.requestedAccessTokenVersion has an invalid value.")
    for name, fits in _values(body):
        if not fits:
            raise GRAPH_BAD_REQUEST.of(
                reason=f"Invalid value specified for property '{name}' of resource 'Application'."
            )
    if body.identifier_uris:
        _check_uris(world, one, body.identifier_uris)
    if body.app_roles is not None:
        _check_roles(one, body.app_roles)


def _values(body: ApplicationBody) -> Iterator[tuple[str, bool]]:
    """Each property with whether its value is one that Graph takes."""
    identifiers = body.identifier_uris or []
    web = body.web.redirect_uris if body.web else None
    public = body.public_client.redirect_uris if body.public_client else None
    yield "displayName", body.display_name is None or 1 <= len(body.display_name) <= LONGEST_NAME
    yield "signInAudience", body.sign_in_audience in {None, *AUDIENCES}
    yield "identifierUris", all(map(uris.identifies, identifiers)) and len(set(identifiers)) == len(identifiers)
    yield "redirectUris", all(map(uris.leads_to_web, web or [])) and all(map(uris.leads_to_program, public or []))
    yield "notes", len(body.notes or "") <= LONGEST_NOTES


def _check_roles(one: Application, asked: list[AppRole]) -> None:
    """The list is replaced whole. https://learn.microsoft.com/graph/api/resources/approle"""
    for role in asked:
        _check_role(role)
    ids, values = [role.id.lower() for role in asked], [role.value for role in asked if role.value]
    if len(set(ids)) < len(ids) or len(set(values)) < len(values):
        raise GRAPH_DUPLICATE.of()
    if any(role["isEnabled"] and str(role["id"]).lower() not in ids for role in one.app_roles):
        raise GRAPH_ENABLED_ROLE.of()


def _check_role(role: AppRole) -> None:
    try:
        UUID(role.id)
    except ValueError:
        raise GRAPH_BAD_REQUEST.of(
            reason=f"Cannot convert the literal '{role.id}' to the expected type 'Edm.Guid'."
        ) from None
    kinds = set(role.allowed_member_types)
    if not kinds or not kinds <= {"User", "Application"} or not role.display_name or not role.description:
        raise GRAPH_BAD_REQUEST.of(reason="One or more properties of the appRole are missing or invalid.")
    if role.value and not (ROLE_VALUE.fullmatch(role.value) and len(role.value) <= LONGEST_ROLE):
        raise GRAPH_BAD_REQUEST.of(reason="Invalid value specified for property 'value' of resource 'AppRole'.")


def _check_uris(world: World, one: Application, uris: list[str]) -> None:
    others = {uri for other in world.applications.all() if other.id != one.id for uri in other.identifier_uris}
    if taken := others & set(uris):
        raise GRAPH_BAD_REQUEST.of(
            reason=f"Another object with the same value for property identifierUris already exists: {min(taken)}"
        )


def _principal(world: World, object_id: str) -> ServicePrincipal:
    if found := world.principals.get(object_id.lower()):
        return found
    raise GRAPH_NOT_FOUND.of(id=object_id)


def _remove_assignments(world: World, principal_id: str) -> None:
    for key, one in world.app_role_assignments.items():
        if principal_id in {one.principal_id, one.resource_id}:
            world.app_role_assignments.remove(key)
    for key, role in world.role_assignments.items():
        if role.principal_id == principal_id:
            world.role_assignments.remove(key)
