"""The directory of a new local cloud: its people, the demo's principal, Microsoft Graph, and who may do what."""

from datetime import timedelta

from localazure.arm import assignments
from localazure.arm.builtin import CONTRIBUTOR, OWNER, READER
from localazure.entra.first_party import (
    APPLICATION_WRITE,
    ASSIGNMENT_WRITE,
    DIRECTORY_READ,
    GRAPH_APP_ID,
    GRAPH_ROLES,
    MICROSOFT_TENANT,
)
from localazure.records.directory import Application, AppRoleAssignment, Password, RoleAssignment, ServicePrincipal
from localazure.records.people import DirectoryRole, Person
from localazure.records.seed import Seed, SeededPerson
from localazure.world import World

ROLES = {"adam": OWNER, "beata": CONTRIBUTOR, "ala": READER}
DIRECTORY_ROLES = {
    "adam": (DirectoryRole.GLOBAL_ADMINISTRATOR,),
    "beata": (DirectoryRole.APPLICATION_ADMINISTRATOR,),
}
GUESTS = {"celina"}
DEMO_RIGHTS = {APPLICATION_WRITE, ASSIGNMENT_WRITE, DIRECTORY_READ}


def plant_directory(world: World) -> None:
    seed = world.seed
    _plant_demo_principal(world, seed)
    _plant_graph(world, seed)
    for one in seed.people:
        _plant_person(world, seed, one)


def _plant_person(world: World, seed: Seed, one: SeededPerson) -> None:
    world.people.put(
        one.id,
        Person(
            id=one.id,
            user_name=f"{one.name}@{world.tenants[seed.tenant_id].domain}",
            given_name=one.name.capitalize(),
            display_name=one.name.capitalize(),
            password=one.password,
            made_at=seed.made_at,
            guest=one.name in GUESTS,
            directory_roles=DIRECTORY_ROLES.get(one.name, ()),
        ),
    )
    if role := ROLES.get(one.name):
        _assign(world, seed, principal=one.id, role=role, name=one.assignment_id, kind="User")


def _plant_demo_principal(world: World, seed: Seed) -> None:
    password = Password(
        key_id=seed.application_object_id,
        display_name="demo",
        secret=seed.client_secret,
        made_at=seed.made_at,
        ends_at=seed.made_at + timedelta(days=3650),
    )
    world.applications.put(
        seed.application_object_id,
        Application(
            id=seed.application_object_id,
            app_id=seed.client_id,
            tenant_id=seed.tenant_id,
            display_name="Centrala demo",
            made_at=seed.made_at,
            passwords=(password,),
        ),
    )
    _plant_principal(world, seed, seed.principal_object_id, seed.client_id, "Centrala demo", seed.tenant_id)
    object_id = seed.principal_object_id
    _assign(world, seed, principal=object_id, role=OWNER, name=object_id, kind="ServicePrincipal")


def _plant_graph(world: World, seed: Seed) -> None:
    graph, demo = seed.graph_object_id, seed.principal_object_id
    _plant_principal(world, seed, graph, GRAPH_APP_ID, "Microsoft Graph", MICROSOFT_TENANT)
    for role, value in GRAPH_ROLES.items():
        if value in DEMO_RIGHTS:
            world.app_role_assignments.put(
                f"{demo}/{graph}/{role}",
                AppRoleAssignment(
                    id=role, app_role_id=role, principal_id=demo, resource_id=graph, made_at=seed.made_at
                ),
            )


def _plant_principal(world: World, seed: Seed, object_id: str, app_id: str, name: str, owner: str) -> None:
    world.principals.put(
        object_id,
        ServicePrincipal(
            id=object_id,
            app_id=app_id,
            tenant_id=seed.tenant_id,
            display_name=name,
            made_at=seed.made_at,
            app_owner_organization_id=owner,
        ),
    )


def _assign(world: World, seed: Seed, *, principal: str, role: str, name: str, kind: str) -> None:
    scope = f"/subscriptions/{seed.subscription_id}"
    world.role_assignments.put(
        assignments.key(scope, name),
        RoleAssignment(
            id=name, principal_id=principal, role=role, scope=scope, principal_type=kind, made_at=seed.made_at
        ),
    )
