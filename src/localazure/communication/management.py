"""Microsoft.Communication in Resource Manager: https://learn.microsoft.com/rest/api/communication/"""

import msgspec

from localazure import operations
from localazure.arm import roles, scopes
from localazure.clock import timestamp
from localazure.communication import rules
from localazure.communication.rules import ResourceBody
from localazure.errors import RESOURCE_NOT_FOUND
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.records.resources import CommunicationService
from localazure.routing import Route
from localazure.world import World

NAMESPACE = "Microsoft.Communication"
TYPE = f"{NAMESPACE}/CommunicationServices"


class KeyBody(msgspec.Struct, rename="camel", kw_only=True):
    key_type: str = ""


class NameBody(msgspec.Struct, kw_only=True):
    name: str = ""
    type: str = ""


def list_in_subscription(world: World, call: Call) -> Reply:
    one = scopes.visible_subscription(world, call, f"{TYPE}/read")
    caller = call.caller.object_id
    found = [
        each
        for each in world.communication.all()
        if each.subscription_id == one.id and roles.allowed(world, caller, f"{TYPE}/read", each.id)
    ]
    return Reply(body=listing(world, call, [shape(world, each) for each in found]))


def list_in_group(world: World, call: Call) -> Reply:
    group = scopes.group(world, call, f"{TYPE}/read")
    inside = (group.subscription_id, group.name.lower())
    found = [one for one in world.communication.all() if (one.subscription_id, one.group.lower()) == inside]
    return Reply(body=listing(world, call, [shape(world, one) for one in found]))


def get(world: World, call: Call) -> Reply:
    return Reply(body=shape(world, resource(world, call, "read")))


def put(world: World, call: Call) -> Reply:
    group = scopes.group(world, call, f"{TYPE}/write")
    scopes.require_registered(world, group.subscription_id, NAMESPACE)
    body, known = call.json(ResourceBody), world.communication.get(_key(call))
    one = (
        rules.change(world, known, body)
        if known
        else rules.create(
            world, subscription_id=group.subscription_id, group=group.name, name=call.params["name"], body=body
        )
    )
    return Reply(status=200 if known else 201, body=shape(world, one), headers=_operation(world, call, one))


def patch(world: World, call: Call) -> Reply:
    one = resource(world, call, "write")
    return Reply(body=shape(world, rules.change(world, one, call.json(ResourceBody))))


def remove(world: World, call: Call) -> Reply:
    scopes.group(world, call, f"{TYPE}/delete")
    one = world.communication.get(_key(call))
    if one is None:
        return Reply(status=204)
    rules.remove(world, one)
    return Reply(status=202, headers=_operation(world, call, one, location=True))


def list_keys(world: World, call: Call) -> Reply:
    return Reply(body=keys(world, resource(world, call, "listKeys/action")))


def regenerate_key(world: World, call: Call) -> Reply:
    one = resource(world, call, "regenerateKey/action")
    return Reply(body=keys(world, rules.regenerate(world, one, call.json(KeyBody).key_type)))


def check_name(world: World, call: Call) -> Reply:
    scopes.subscription(world, call, f"{NAMESPACE}/checkNameAvailability/action")
    name = call.json(NameBody).name
    if not rules.name_is_valid(name):
        return Reply(body={"nameAvailable": False, "reason": "Invalid", "message": f"The name '{name}' is invalid."})
    if not rules.name_is_free(world, name):
        message = f"The name '{name}' is already in use."
        return Reply(body={"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return Reply(body={"nameAvailable": True})


def resource(world: World, call: Call, action: str) -> CommunicationService:
    group = scopes.group(world, call, f"{TYPE}/{action}")
    found = world.communication.get(_key(call))
    if found is None:
        raise RESOURCE_NOT_FOUND.of(kind=TYPE, name=call.params["name"], group=group.name)
    return found


def shape(world: World, one: CommunicationService) -> dict[str, object]:
    made = timestamp(one.made_at)
    return {
        "id": one.id,
        "name": one.name,
        "type": TYPE,
        "location": "global",
        "tags": one.tags,
        "systemData": {"createdAt": made, "createdByType": "Application", "lastModifiedAt": made},
        "properties": {
            "provisioningState": "Succeeded",
            "hostName": world.addresses.host,
            "dataLocation": one.data_location,
            "immutableResourceId": one.immutable_id,
            "version": "2025-09-01",
            "linkedDomains": list(one.linked_domains),
            "publicNetworkAccess": one.public_network_access,
            "disableLocalAuth": one.disable_local_auth,
        },
    }


def keys(world: World, one: CommunicationService) -> dict[str, object]:
    return {
        "primaryKey": one.primary_key,
        "secondaryKey": one.secondary_key,
        "primaryConnectionString": rules.connection_string(world, one.primary_key),
        "secondaryConnectionString": rules.connection_string(world, one.secondary_key),
    }


def _key(call: Call) -> str:
    group = scopes.group_key(call.params["subscription"], call.params["group"])
    return f"{group}/providers/{TYPE}/{call.params['name']}".lower()


def _operation(world: World, call: Call, one: CommunicationService, *, location: bool = False) -> dict[str, str]:
    """Resources are ready at once here; the operation is there for clients that insist on polling."""
    operation = operations.begin(
        world,
        subscription_id=one.subscription_id,
        namespace=NAMESPACE,
        target=one.id,
        status=operations.SUCCEEDED,
    )
    return operations.headers(world, call, operation, location=location)


SUBSCRIPTION = f"/subscriptions/{{subscription}}/providers/{NAMESPACE}"
GROUP = f"/subscriptions/{{subscription}}/resourcegroups/{{group}}/providers/{TYPE}"

ROUTES = [
    Route("GET", f"{SUBSCRIPTION}/CommunicationServices", list_in_subscription),
    Route("POST", f"{SUBSCRIPTION}/checkNameAvailability", check_name),
    Route("GET", GROUP, list_in_group),
    Route("GET", f"{GROUP}/{{name}}", get),
    Route("PUT", f"{GROUP}/{{name}}", put),
    Route("PATCH", f"{GROUP}/{{name}}", patch),
    Route("DELETE", f"{GROUP}/{{name}}", remove),
    Route("POST", f"{GROUP}/{{name}}/listKeys", list_keys),
    Route("POST", f"{GROUP}/{{name}}/regenerateKey", regenerate_key),
]
