"""Planting the seed: at the first start, and again at every reset."""

from localazure.calling.files import sweep as sweep_recordings
from localazure.clock import real_time
from localazure.entra.keys import new_signing_key
from localazure.failure import CannotStart
from localazure.records.seed import Seed
from localazure.seeding.planting import plant
from localazure.seeding.reading import Source, read
from localazure.storage.contents import sweep
from localazure.world import World

STANDARD = "full"


def plant_once(world: World, source: Source | None) -> None:
    """At the first start only: keeps what was made for the seed, and makes the state around it.

    Raises CannotStart where the state comes from another one, or from this one before it changed.
    """
    if "seed" not in world.seeds:
        _sow(world, source or read(STANDARD))
    elif source and source.digest != world.seed.digest:
        folder = world.addresses.ca_bundle.parent
        why = "which has changed since" if source.name == world.seed.source else f"not from {source.name}"
        raise CannotStart(
            f"The data folder {folder} was seeded from {world.seed.source}, {why}. "
            "Fix: start anew with --fresh, or go on with what is there without --seed."
        )


def _sow(world: World, source: Source) -> None:
    with world.store.transaction():
        key = new_signing_key(real_time())
        world.signing_keys.put(key.kid, key)
        seed = Seed(plan=source.plan, source=source.name, digest=source.digest, made_at=real_time())
        world.seeds.put("seed", seed)
        plant(world)


def replant(world: World) -> None:
    """Forgets everything but the seed and the signing keys, and stands where the first start stood. Whoever holds a
    token from before goes on with it, so keys that were dropped are back, too."""
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
            world.sip, world.border_controllers, world.identities,
            world.telephones, world.ai_resources, world.recording_files,
            world.storage_accounts, world.containers, world.blobs, world.blocks,
        ):  # fmt: skip
            table.clear()
        for kid, dropped in world.dropped_keys.items():
            world.signing_keys.put(kid, dropped.key)
        world.dropped_keys.clear()
        plant(world)
    sweep(world)
    sweep_recordings(world)
    world.reset_clock()
