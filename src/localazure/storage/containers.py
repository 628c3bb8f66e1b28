"""Containers: https://learn.microsoft.com/rest/api/storageservices/operations-on-containers"""

import re

import msgspec

from localazure.errors import (
    CONTAINER_EXISTS,
    INVALID_HEADER,
    INVALID_NAME,
    NO_CONTAINER,
    NOT_PUBLIC,
    PART_NOT_EMULATED,
)
from localazure.pipeline import Call, Reply
from localazure.records.storage import Container, StorageAccount
from localazure.storage import blobs, conditions, metadata
from localazure.storage.access import account_of
from localazure.storage.signatures import resource_of
from localazure.world import World

# https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*")
LEASE = {"x-ms-lease-status": "unlocked", "x-ms-lease-state": "available"}
PLAIN = {
    "x-ms-has-immutability-policy": "false",
    "x-ms-has-legal-hold": "false",
    "x-ms-immutable-storage-with-versioning-enabled": "false",
    "x-ms-default-encryption-scope": "$account-encryption-key",
    "x-ms-deny-encryption-scope-override": "false",
}


def make(world: World, account: StorageAccount, name: str, labels: dict[str, str] | None = None) -> Container:
    if not NAME.fullmatch(name):
        raise INVALID_NAME.of()
    one = Container(
        account=account.name,
        name=name,
        etag=metadata.new_etag(),
        changed_at=world.clock.now(),
        metadata=labels or {},
    )
    if one.key in world.containers:
        raise CONTAINER_EXISTS.of()
    return world.containers.put(one.key, one)


def remove(world: World, one: Container) -> None:
    """With all that lies in it."""
    with world.store.transaction():
        for blob in world.blobs.of(one.key):
            blobs.remove(world, blob)
        for block in world.blocks.all():
            if block.blob.startswith(f"{one.key}/"):
                blobs.forget_blocks(world, block.blob)
        world.containers.remove(one.key)


def container(world: World, call: Call) -> Container:
    found = world.containers.get(f"{account_of(world, call).name}/{resource_of(call)[1]}")
    if found is None:
        raise NO_CONTAINER.of()
    return found


def create(world: World, call: Call) -> Reply:
    access = call.headers.get("x-ms-blob-public-access")
    if access in {"container", "blob"}:
        raise NOT_PUBLIC.of()
    if access:
        raise INVALID_HEADER.of()
    if "x-ms-default-encryption-scope" in call.headers:
        raise PART_NOT_EMULATED.of(what="encryption scopes")
    one = make(world, account_of(world, call), resource_of(call)[1], metadata.of(call))
    return Reply(status=201, headers=metadata.state(one.etag, one.changed_at))


def properties(world: World, call: Call) -> Reply:
    one = container(world, call)
    told = metadata.state(one.etag, one.changed_at) | metadata.headers(one.metadata)
    return Reply(headers=told | LEASE | PLAIN)


def label(world: World, call: Call) -> Reply:
    one = container(world, call)
    conditions.check(call, one)
    changed = msgspec.structs.replace(
        one, metadata=metadata.of(call), etag=metadata.new_etag(), changed_at=world.clock.now()
    )
    world.containers.put(one.key, changed)
    return Reply(headers=metadata.state(changed.etag, changed.changed_at))


def delete(world: World, call: Call) -> Reply:
    one = container(world, call)
    conditions.check(call, one)
    remove(world, one)
    return Reply(status=202)
