"""The state a new local cloud starts with, and returns to at a reset."""

from datetime import timedelta

from localazure.clock import real_time
from localazure.entra.keys import new_signing_key
from localazure.records.directory import Application, Password, RoleAssignment, ServicePrincipal, Tenant
from localazure.records.resources import CommunicationService, PhoneNumber, Provider, ResourceGroup, Subscription
from localazure.records.seed import Seed
from localazure.world import World

PROVIDERS = ("Microsoft.Communication", "Microsoft.EventGrid")
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"


def plant_once(world: World, *, full: bool) -> None:
    """At the first start only: makes ids, keys and secrets, and the state around them."""
    if "seed" in world.seeds:
        return
    with world.store.transaction():
        key = new_signing_key(real_time())
        world.signing_keys.put(key.kid, key)
        world.seeds.put("seed", Seed(full=full, made_at=real_time()))
        plant(world)


def replant(world: World) -> None:
    """Forgets everything but the seed and the signing keys, and stands where the first start stood."""
    with world.store.transaction():
        for table in (
            world.tenants, world.applications, world.principals, world.app_role_assignments, world.role_assignments,
            world.subscriptions, world.groups, world.providers, world.operations, world.communication, world.numbers,
            world.system_topics, world.event_subscriptions, world.deliveries, world.messages, world.repeatables,
            world.faults,
        ):  # fmt: skip
            table.clear()
        plant(world)
    world.move_clock(timedelta())


def plant(world: World) -> None:
    seed = world.seed
    world.tenants.put(seed.tenant_id, Tenant(id=seed.tenant_id, display_name="Centrala", domain="centrala.localhost"))
    _plant_demo_principal(world, seed)
    world.subscriptions.put(
        seed.subscription_id, Subscription(id=seed.subscription_id, name="Local", tenant_id=seed.tenant_id)
    )
    group = f"/subscriptions/{seed.subscription_id}/resourcegroups/{seed.resource_group}"
    world.groups.put(
        group, ResourceGroup(subscription_id=seed.subscription_id, name=seed.resource_group, location="westeurope")
    )
    for namespace in PROVIDERS:
        registered = seed.made_at if namespace == "Microsoft.Communication" else None
        provider = Provider(subscription_id=seed.subscription_id, namespace=namespace, registered_from=registered)
        world.providers.put(f"{seed.subscription_id}/{namespace.lower()}", provider)
    if seed.full:
        _plant_communication(world, seed)


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
    world.principals.put(
        seed.principal_object_id,
        ServicePrincipal(
            id=seed.principal_object_id,
            app_id=seed.client_id,
            tenant_id=seed.tenant_id,
            display_name="Centrala demo",
            made_at=seed.made_at,
            app_owner_organization_id=seed.tenant_id,
        ),
    )
    world.role_assignments.put(
        seed.principal_object_id,
        RoleAssignment(id=seed.principal_object_id, principal_id=seed.principal_object_id, role=OWNER, scope="/"),
    )


def _plant_communication(world: World, seed: Seed) -> None:
    resource = CommunicationService(
        subscription_id=seed.subscription_id,
        group=seed.resource_group,
        name=seed.resource_name,
        immutable_id=seed.immutable_id,
        data_location="Europe",
        primary_key=seed.primary_key,
        secondary_key=seed.secondary_key,
        made_at=seed.made_at,
    )
    world.communication.put(resource.key, resource)
    for number in seed.phone_numbers:
        world.numbers.put(
            number,
            PhoneNumber(
                number=number,
                resource=resource.key,
                country_code="US",
                kind="tollFree",
                bought_at=seed.made_at,
                monthly_cost=2.0,
            ),
        )
