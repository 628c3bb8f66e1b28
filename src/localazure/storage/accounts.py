"""Microsoft.Storage in Resource Manager: https://learn.microsoft.com/rest/api/storagerp/storage-accounts"""

import re

import msgspec

from localazure.arm import locations, roles, scopes, tags
from localazure.arm.operation import operation
from localazure.clock import real_time, timestamp
from localazure.errors import (
    ACCOUNT_NAME,
    ACCOUNT_TAKEN,
    INVALID_STORAGE,
    LOCATION_REQUIRED,
    RESOURCE_NOT_FOUND,
)
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.records.ids import new_access_key
from localazure.records.storage import StorageAccount
from localazure.routing import Route
from localazure.storage import containers
from localazure.world import World

NAMESPACE = "Microsoft.Storage"
TYPE = f"{NAMESPACE}/storageAccounts"
NAME = re.compile(r"[a-z0-9]{3,24}")
# First parts of paths that are other services' here: nobody could reach an account of such a name.
RESERVED = {
    "availablephonenumbers", "beta", "calling", "chat", "devicelogin", "eventsubscriptions", "identities",
    "operatorinformation", "phonenumbers", "providers", "rooms", "sip", "sms", "subscriptions", "teamsuser", "tenants",
}  # fmt: skip
SKUS = {"Standard_LRS", "Standard_GRS", "Standard_RAGRS", "Standard_ZRS", "Standard_GZRS", "Standard_RAGZRS"}
KINDS = {"StorageV2", "BlobStorage", "Storage"}
TIERS = {"Hot", "Cool", "Cold"}
KEYS = ("key1", "key2")


class Sku(msgspec.Struct, kw_only=True):
    name: str


class Properties(msgspec.Struct, rename="camel", kw_only=True):
    """What is not named here is taken and forgotten."""

    access_tier: str | None = None
    allow_shared_key_access: bool | None = None
    is_hns_enabled: bool | None = None
    allow_blob_public_access: bool | None = None


class Body(msgspec.Struct, kw_only=True):
    location: str = ""
    sku: Sku | None = None
    kind: str = ""
    tags: dict[str, str] | None = None
    properties: Properties = msgspec.field(default_factory=Properties)


class KeyBody(msgspec.Struct, rename="camel", kw_only=True):
    key_name: str


class NameBody(msgspec.Struct, kw_only=True):
    name: str
    type: str


def list_in_subscription(world: World, call: Call) -> Reply:
    one = scopes.visible_subscription(world, call, f"{TYPE}/read")
    caller = call.caller.object_id
    found = [
        shape(world, each)
        for each in world.storage_accounts.all()
        if each.subscription_id == one.id and roles.allowed(world, caller, f"{TYPE}/read", each.id)
    ]
    return Reply(body=listing(world, call, found))


def list_in_group(world: World, call: Call) -> Reply:
    group = scopes.group(world, call)
    found = [shape(world, one) for one in world.storage_accounts.all() if roles.within(one.id, group.path)]
    return Reply(body=listing(world, call, found))


def get(world: World, call: Call) -> Reply:
    return Reply(body=shape(world, account(world, call)))


def put(world: World, call: Call) -> Reply:
    group = scopes.group(world, call)
    scopes.require_registered(world, group.subscription_id, NAMESPACE)
    body, known = call.json(Body), world.storage_accounts.get(_key(call))
    if known is None:
        known = _made(world, call.params["name"], group.subscription_id, group.name, body)
    return Reply(body=shape(world, _changed(world, known, body)))


def patch(world: World, call: Call) -> Reply:
    return Reply(body=shape(world, _changed(world, account(world, call), call.json(Body))))


def delete(world: World, call: Call) -> Reply:
    scopes.group(world, call)
    one = world.storage_accounts.get(_key(call))
    if one is None:
        return Reply(status=204)
    remove(world, one)
    return Reply(status=200)


def remove(world: World, one: StorageAccount) -> None:
    """With all it holds."""
    with world.store.transaction():
        for container in world.containers.of(one.name):
            containers.remove(world, container)
        world.storage_accounts.remove(one.key)
        roles.forget(world, one.id)


def list_keys(world: World, call: Call) -> Reply:
    return Reply(body=_keys(account(world, call)))


def regenerate_key(world: World, call: Call) -> Reply:
    one, name = account(world, call), call.json(KeyBody).key_name.lower()
    if name not in KEYS:
        raise INVALID_STORAGE.of(reason="The keyName is neither key1 nor key2.")
    made = msgspec.structs.replace(one, **{name: new_access_key()})
    return Reply(body=_keys(world.storage_accounts.put(made.key, made)))


def check_name(world: World, call: Call) -> Reply:
    body = call.json(NameBody)
    if body.type.lower() != TYPE.lower():
        raise INVALID_STORAGE.of(reason=f"The type is not {TYPE}.")
    if not NAME.fullmatch(body.name):
        error = ACCOUNT_NAME.of(name=body.name)
        return Reply(body={"nameAvailable": False, "reason": "AccountNameInvalid", "message": error.message})
    if _is_taken(world, body.name):
        error = ACCOUNT_TAKEN.of(name=body.name)
        return Reply(body={"nameAvailable": False, "reason": "AlreadyExists", "message": error.message})
    return Reply(body={"nameAvailable": True})


def account(world: World, call: Call) -> StorageAccount:
    group = scopes.group(world, call)
    found = world.storage_accounts.get(_key(call))
    if found is None:
        raise RESOURCE_NOT_FOUND.of(kind=TYPE, name=call.params["name"], group=group.name)
    return found


def endpoint(world: World, one: StorageAccount) -> str:
    return f"{world.addresses.url}/{one.name}"


def connection_string(world: World, one: StorageAccount) -> str:
    """As Azure's, but with the address in full, which SDKs take for accounts that are elsewhere."""
    return (
        f"DefaultEndpointsProtocol=https;AccountName={one.name};AccountKey={one.key1};"
        f"BlobEndpoint={endpoint(world, one)}"
    )


def shape(world: World, one: StorageAccount) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "type": TYPE,
        "location": one.location,
        "tags": one.tags,
        "kind": one.kind,
        "sku": {"name": one.sku, "tier": "Standard"},
        "properties": {
            "provisioningState": "Succeeded",
            "creationTime": timestamp(one.made_at),
            "primaryLocation": one.location,
            "statusOfPrimary": "available",
            "primaryEndpoints": {"blob": f"{endpoint(world, one)}/"},
            "accessTier": one.access_tier,
            "allowBlobPublicAccess": False,
            "allowSharedKeyAccess": one.shared_key_access,
            "supportsHttpsTrafficOnly": True,
            "minimumTlsVersion": "TLS1_2",
        },
    }


def _made(world: World, name: str, subscription_id: str, group: str, body: Body) -> StorageAccount:
    if not NAME.fullmatch(name):
        raise ACCOUNT_NAME.of(name=name)
    if _is_taken(world, name):
        raise ACCOUNT_TAKEN.of(name=name)
    if not body.location:
        raise LOCATION_REQUIRED.of()
    locations.check(TYPE, body.location, locations.REGIONS)
    if body.sku is None or not body.kind:
        raise INVALID_STORAGE.of(reason="The sku and the kind of a storage account are mandatory.")
    if body.properties.is_hns_enabled:
        raise INVALID_STORAGE.of(reason="The local cloud has no hierarchical namespace (isHnsEnabled).")
    return StorageAccount(
        subscription_id=subscription_id,
        group=group,
        name=name,
        location=locations.plain(body.location),
        key1=new_access_key(),
        key2=new_access_key(),
        made_at=real_time(),
    )


def _changed(world: World, one: StorageAccount, body: Body) -> StorageAccount:
    asked = body.properties
    sku, kind = body.sku.name if body.sku else one.sku, body.kind or one.kind
    tier = asked.access_tier or one.access_tier
    if sku not in SKUS or kind not in KINDS or tier not in TIERS:
        raise INVALID_STORAGE.of(reason="The sku, the kind or the accessTier is none that the local cloud has.")
    if asked.allow_blob_public_access:
        raise INVALID_STORAGE.of(reason="The local cloud has no public access to blobs (allowBlobPublicAccess).")
    if body.location and locations.plain(body.location) != one.location:
        raise INVALID_STORAGE.of(reason=f"The storage account is in {one.location} and cannot be moved.")
    changed = msgspec.structs.replace(
        one,
        sku=sku,
        kind=kind,
        access_tier=tier,
        tags=one.tags if body.tags is None else tags.checked(body.tags),
        shared_key_access=(
            one.shared_key_access if asked.allow_shared_key_access is None else asked.allow_shared_key_access
        ),
    )
    return world.storage_accounts.put(changed.key, changed)


def _is_taken(world: World, name: str) -> bool:
    return name in RESERVED or any(one.name == name for one in world.storage_accounts.all())


def _keys(one: StorageAccount) -> dict[str, object]:
    made = timestamp(one.made_at)
    keys = [
        {"keyName": name, "value": getattr(one, name), "permissions": "FULL", "creationTime": made} for name in KEYS
    ]
    return {"keys": keys}


def _key(call: Call) -> str:
    group = scopes.group_key(call.params["subscription"], call.params["group"])
    return f"{group}/providers/{TYPE}/{call.params['name']}".lower()


SUBSCRIPTION = f"/subscriptions/{{subscription}}/providers/{NAMESPACE}"
GROUP = f"/subscriptions/{{subscription}}/resourcegroups/{{group}}/providers/{TYPE}"
ONE = f"{GROUP}/{{name}}"

ROUTES = [
    Route("GET", f"{SUBSCRIPTION}/storageAccounts", list_in_subscription),
    operation("POST", f"{SUBSCRIPTION}/checkNameAvailability", check_name, f"{NAMESPACE}/checknameavailability/read"),
    operation("GET", GROUP, list_in_group, f"{TYPE}/read"),
    operation("GET", ONE, get, f"{TYPE}/read"),
    operation("PUT", ONE, put, f"{TYPE}/write"),
    operation("PATCH", ONE, patch, f"{TYPE}/write"),
    operation("DELETE", ONE, delete, f"{TYPE}/delete"),
    operation("POST", f"{ONE}/listKeys", list_keys, f"{TYPE}/listkeys/action"),
    operation("POST", f"{ONE}/regenerateKey", regenerate_key, f"{TYPE}/regeneratekey/action"),
]
