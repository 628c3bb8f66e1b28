"""The plan's people and applications, and who may do what."""

import hashlib
from datetime import timedelta

import msgspec

from localazure.arm import assignments
from localazure.arm.builtin import BUILT_IN
from localazure.entra.first_party import GRAPH_APP_ID, GRAPH_ROLES, MICROSOFT_TENANT
from localazure.eventgrid.identity import event_grid_principal
from localazure.graph.shapes import AppRole
from localazure.records.directory import Application, AppRoleAssignment, Password, RoleAssignment, ServicePrincipal
from localazure.records.people import DirectoryRole, Person
from localazure.records.plan import ApplicationPlan, AppRolePlan, PersonPlan, RolePlan, SecretPlan
from localazure.seeding.names import EVENT_GRID, everything, people_and_applications, scopes_of, user_name
from localazure.world import World

ROLES = {one.name: one.id for one in BUILT_IN.values()}
RIGHTS = {value: role for role, value in GRAPH_ROLES.items()}
YEARS = timedelta(days=3650)


def plant_directory(world: World) -> None:
    seed = world.seed
    _plant_principal(world, seed.graph_object_id, GRAPH_APP_ID, "Microsoft Graph", MICROSOFT_TENANT, ())
    for person in seed.plan.people:
        _plant_person(world, person)
    for application in everything(seed.plan):
        _plant_application(world, application)


def _plant_person(world: World, one: PersonPlan) -> None:
    record = Person(
        id=one.id,
        user_name=user_name(world.seed.plan, one),
        given_name=one.name,
        display_name=one.name,
        password=one.password,
        made_at=world.seed.made_at,
        guest=one.guest,
        directory_roles=tuple(DirectoryRole[role.name] for role in one.directory_roles),
    )
    world.people.put(one.id, record)
    for role in one.roles:
        _give_role(world, one.id, role, kind="User")


def _plant_application(world: World, one: ApplicationPlan) -> None:
    owners = tuple(people_and_applications(world.seed.plan)[name] for name in one.owners)
    record = Application(
        id=one.id,
        app_id=one.client_id,
        tenant_id=world.seed.tenant_id,
        display_name=one.name,
        made_at=world.seed.made_at,
        token_version=one.token_version,
        identifier_uris=one.identifier_uris,
        app_roles=tuple(_app_role(role) for role in one.app_roles),
        passwords=tuple(_password(world, secret) for secret in one.secrets),
        owners=owners,
    )
    world.applications.put(one.id, record)
    if one.service_principal:
        _plant_principal(world, one.principal_id, one.client_id, one.name, world.seed.tenant_id, owners)
    for role in one.roles:
        _give_role(world, one.principal_id, role, kind="ServicePrincipal")
    for right in one.graph:
        _assign(world, one.principal_id, world.seed.graph_object_id, RIGHTS[right])
    for defined in one.app_roles:
        for name in defined.assigned_to:
            _assign(world, _holder(world, name), one.principal_id, defined.id)


def _app_role(one: AppRolePlan) -> dict[str, object]:
    role = AppRole(
        id=one.id,
        value=one.value,
        display_name=one.value,
        description=one.description,
        allowed_member_types=list(one.members),
        origin="Application",
    )
    kept: dict[str, object] = msgspec.to_builtins(role)
    return kept


def _password(world: World, one: SecretPlan) -> Password:
    at = world.seed.made_at
    return Password(key_id=one.id, display_name=one.name, secret=one.value, made_at=at, ends_at=at + YEARS)


def _plant_principal(world: World, object_id: str, app_id: str, name: str, owner: str, owners: tuple[str, ...]) -> None:
    record = ServicePrincipal(
        id=object_id,
        app_id=app_id,
        tenant_id=world.seed.tenant_id,
        display_name=name,
        made_at=world.seed.made_at,
        app_owner_organization_id=owner,
        owners=owners,
    )
    world.principals.put(object_id, record)


def _give_role(world: World, principal: str, role: RolePlan, *, kind: str) -> None:
    for scope in scopes_of(world.seed.plan, role):
        record = RoleAssignment(
            id=role.id,
            principal_id=principal,
            role=ROLES[role.role],
            scope=scope,
            principal_type=kind,
            made_at=world.seed.made_at,
        )
        world.role_assignments.put(assignments.key(scope, role.id), record)


def _assign(world: World, principal: str, resource: str, role: str) -> None:
    key = f"{principal}/{resource}/{role}"
    name = hashlib.sha256(key.encode()).hexdigest()
    record = AppRoleAssignment(
        id=name, app_role_id=role, principal_id=principal, resource_id=resource, made_at=world.seed.made_at
    )
    world.app_role_assignments.put(key, record)


def _holder(world: World, name: str) -> str:
    return event_grid_principal(world).id if name == EVENT_GRID else people_and_applications(world.seed.plan)[name]
