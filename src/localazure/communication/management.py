"""Microsoft.Communication in Resource Manager: https://learn.microsoft.com/rest/api/communication/"""

import msgspec

from localazure import operations
from localazure.arm import roles, scopes
from localazure.arm.operation import operation
from localazure.clock import timestamp
from localazure.communication import managed_identity, rules
from localazure.communication.rules import TYPE, ResourceBody
from localazure.errors import RESOURCE_NOT_FOUND
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.records.resources import CommunicationService
from localazure.routing import Route
from localazure.world import World

NAMESPACE = "Microsoft.Communication"


class KeyBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    key_type: str = ""


class NameBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    type: str


class HubBody(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    resource_id: str
    connection_string: str


def list_operations(world: World, call: Call) -> Reply:
    return Reply(body=listing(world, call, [_described(*one) for one in DESCRIPTIONS]))


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
    group = scopes.group(world, call)
    inside = (group.subscription_id, group.name.lower())
    found = [one for one in world.communication.all() if (one.subscription_id, one.group.lower()) == inside]
    return Reply(body=listing(world, call, [shape(world, one) for one in found]))


def get(world: World, call: Call) -> Reply:
    return Reply(body=shape(world, resource(world, call)))


def put(world: World, call: Call) -> Reply:
    group = scopes.group(world, call)
    scopes.require_registered(world, group.subscription_id, NAMESPACE)
    body, known = call.json(ResourceBody), world.communication.get(_key(call))
    one = (
        rules.change(world, known, body, by=_client(call))
        if known
        else rules.create(
            world,
            subscription_id=group.subscription_id,
            group=group.name,
            name=call.params["name"],
            body=body,
            by=_client(call),
        )
    )
    return Reply(status=200 if known else 201, body=shape(world, one), headers=_operation(world, call, one))


def patch(world: World, call: Call) -> Reply:
    one = resource(world, call)
    return Reply(body=shape(world, rules.change(world, one, call.json(ResourceBody), by=_client(call))))


def remove(world: World, call: Call) -> Reply:
    scopes.group(world, call)
    one = world.communication.get(_key(call))
    if one is None:
        return Reply(status=204)
    rules.remove(world, one)
    return Reply(status=202, headers=_operation(world, call, one, location=True))


def list_keys(world: World, call: Call) -> Reply:
    return Reply(body=keys(world, resource(world, call)))


def regenerate_key(world: World, call: Call) -> Reply:
    one = resource(world, call)
    return Reply(body=keys(world, rules.regenerate(world, one, call.json(KeyBody).key_type)))


def check_name(world: World, call: Call) -> Reply:
    name = call.json(NameBody).name
    if not rules.name_is_valid(name):
        return Reply(body={"nameAvailable": False, "reason": "Invalid", "message": f"The name '{name}' is invalid."})
    if not rules.name_is_free(world, name):
        message = f"The name '{name}' is already in use."
        return Reply(body={"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return Reply(body={"nameAvailable": True})


def head(world: World, call: Call) -> Reply:
    scopes.group(world, call)
    return Reply(status=204 if _key(call) in world.communication else 404)


def link_notification_hub(world: World, call: Call) -> Reply:
    linked = rules.link_notification_hub(world, resource(world, call), call.json(HubBody).resource_id)
    return Reply(body={"resourceId": linked.notification_hub})


def resource(world: World, call: Call) -> CommunicationService:
    group = scopes.group(world, call)
    found = world.communication.get(_key(call))
    if found is None:
        raise RESOURCE_NOT_FOUND.of(kind=TYPE, name=call.params["name"], group=group.name)
    return found


def shape(world: World, one: CommunicationService) -> dict[str, object]:
    identity = {"identity": managed_identity.shape(one.identity, world.seed.tenant_id)} if one.identity else {}
    hub = {"notificationHubId": one.notification_hub} if one.notification_hub else {}
    return identity | {
        "id": one.id,
        "name": one.name,
        "type": TYPE,
        "location": "global",
        "tags": one.tags,
        "systemData": _system_data(one),
        "properties": hub
        | {
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


def _system_data(one: CommunicationService) -> dict[str, str]:
    data = {"createdAt": timestamp(one.made_at), "lastModifiedAt": timestamp(one.changed_at or one.made_at)}
    for name, who in (("createdBy", one.made_by), ("lastModifiedBy", one.changed_by or one.made_by)):
        data |= {name: who, f"{name}Type": "User" if "@" in who else "Application"} if who else {}
    return data


def keys(world: World, one: CommunicationService) -> dict[str, object]:
    return {
        "primaryKey": one.primary_key,
        "secondaryKey": one.secondary_key,
        "primaryConnectionString": rules.connection_string(world, one.primary_key),
        "secondaryConnectionString": rules.connection_string(world, one.secondary_key),
    }


def _client(call: Call) -> str:
    return call.caller.user_name or call.caller.app_id


def _described(action: str, resource: str, what: str) -> dict[str, object]:
    display = {"provider": NAMESPACE, "resource": resource, "operation": what, "description": what}
    return {"name": f"{NAMESPACE}/{action}", "isDataAction": False, "display": display}


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


SERVICE = "Communication Services resource"
DESCRIPTIONS = (
    ("register/action", "Provider", "Registers Microsoft.Communication"),
    ("unregister/action", "Provider", "Unregisters Microsoft.Communication"),
    ("checkNameAvailability/action", "Provider", "Checks whether a name is free"),
    ("CommunicationServices/read", SERVICE, "Reads the resource"),
    ("CommunicationServices/write", SERVICE, "Creates or changes the resource"),
    ("CommunicationServices/delete", SERVICE, "Removes the resource"),
    ("CommunicationServices/listKeys/action", SERVICE, "Reads the keys"),
    ("CommunicationServices/regenerateKey/action", SERVICE, "Makes a key anew"),
    ("CommunicationServices/linkNotificationHub/action", SERVICE, "Links a notification hub"),
)

SUBSCRIPTION = f"/subscriptions/{{subscription}}/providers/{NAMESPACE}"
GROUP = f"/subscriptions/{{subscription}}/resourcegroups/{{group}}/providers/{TYPE}"
ONE = f"{GROUP}/{{name}}"

ROUTES = [
    Route("GET", f"/providers/{NAMESPACE}/operations", list_operations),
    Route("GET", f"{SUBSCRIPTION}/CommunicationServices", list_in_subscription),
    operation("POST", f"{SUBSCRIPTION}/checkNameAvailability", check_name,
              f"{NAMESPACE}/checkNameAvailability/action"),
    operation("GET", GROUP, list_in_group, f"{TYPE}/read"),
    operation("GET", ONE, get, f"{TYPE}/read"),
    operation("HEAD", ONE, head, f"{TYPE}/read"),
    operation("PUT", ONE, put, f"{TYPE}/write"),
    operation("PATCH", ONE, patch, f"{TYPE}/write"),
    operation("DELETE", ONE, remove, f"{TYPE}/delete"),
    operation("POST", f"{ONE}/listKeys", list_keys, f"{TYPE}/listKeys/action"),
    operation("POST", f"{ONE}/regenerateKey", regenerate_key, f"{TYPE}/regenerateKey/action"),
    operation("POST", f"{ONE}/linkNotificationHub", link_notification_hub, f"{TYPE}/linkNotificationHub/action"),
]  # fmt: skip
