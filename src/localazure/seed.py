"""The state a new local cloud starts with, and returns to at a reset."""

from localazure.clock import real_time
from localazure.entra.keys import new_signing_key
from localazure.entra.planting import plant_directory
from localazure.records.directory import Tenant
from localazure.records.resources import CommunicationService, PhoneNumber, Provider, ResourceGroup, Subscription
from localazure.records.seed import Seed
from localazure.world import World

PROVIDERS = ("Microsoft.Communication", "Microsoft.EventGrid")


def plant_once(world: World, *, full: bool) -> None:
    """At the first start only: makes ids, keys and secrets, and the state around them."""
    if "seed" in world.seeds:
        _complete(world)
        return
    with world.store.transaction():
        key = new_signing_key(real_time())
        world.signing_keys.put(key.kid, key)
        world.seeds.put("seed", Seed(full=full, made_at=real_time()))
        plant(world)


def _complete(world: World) -> None:
    """A data folder made before there were people gets them, with passwords that stay from now on."""
    if len(world.people) == 0:
        with world.store.transaction():
            world.seeds.put("seed", world.seed)
            plant_directory(world)


def replant(world: World) -> None:
    """Forgets everything but the seed and the signing keys, and stands where the first start stood."""
    with world.store.transaction():
        for table in (
            world.tenants, world.applications, world.principals, world.app_role_assignments, world.role_assignments,
            world.role_definitions, world.people, world.device_codes, world.authorization_codes, world.refresh_tokens,
            world.token_epochs, world.propagation,
            world.subscriptions, world.groups, world.providers, world.operations, world.communication, world.numbers,
            world.system_topics, world.custom_topics, world.event_subscriptions, world.deliveries,
            world.delivery_faults, world.messages, world.repeatables,
            world.faults, world.alphanumeric_senders, world.opt_outs,
            world.number_searches, world.number_operations, world.reservations, world.sold_out, world.number_quotas,
            world.sip, world.identities,
        ):  # fmt: skip
            table.clear()
        plant(world)
    world.reset_clock()


def plant(world: World) -> None:
    seed = world.seed
    world.tenants.put(seed.tenant_id, Tenant(id=seed.tenant_id, display_name="Centrala", domain="centrala.localhost"))
    plant_directory(world)
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
