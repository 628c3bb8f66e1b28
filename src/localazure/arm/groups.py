"""Resource groups: https://learn.microsoft.com/rest/api/resources/resource-groups"""

import re

import msgspec

from localazure.arm import inventory, locations, roles, scopes, shapes, tags
from localazure.arm.operation import operation
from localazure.communication import rules as communication
from localazure.errors import GROUP_MOVED, INVALID_FILTER, INVALID_GROUP_NAME, INVALID_RESOURCE
from localazure.eventgrid import custom_topics
from localazure.eventgrid import rules as event_grid
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.records.resources import ResourceGroup
from localazure.routing import Route
from localazure.storage import accounts as storage
from localazure.world import World

NAME = re.compile(r"[\w().-]{0,89}[\w()-]")
TAG = re.compile(r"tagname eq '(?P<name>[^']+)'( and tagvalue eq '(?P<value>[^']*)')?", re.IGNORECASE)
TYPE = "Microsoft.Resources/subscriptions/resourceGroups"


class Body(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """PUT and PATCH alike. What a caller sends back of an answer (id, name, type, properties) changes nothing."""

    location: str | None = None
    tags: dict[str, str] | None = None
    managed_by: str | None = None
    id: str | None = None
    name: str | None = None
    type: str | None = None
    properties: dict[str, object] | None = None


def list_groups(world: World, call: Call) -> Reply:
    one = scopes.visible_subscription(world, call, f"{TYPE}/read")
    found = [
        shapes.group(each)
        for each in world.groups.all()
        if each.subscription_id == one.id
        if roles.visible(world, call.caller.object_id, each.path) and _tagged(each, call.query.get("filter", ""))
    ]
    return Reply(body=listing(world, call, found))


def get_group(world: World, call: Call) -> Reply:
    return Reply(body=shapes.group(scopes.group(world, call)))


def head_group(world: World, call: Call) -> Reply:
    known = scopes.group_key(call.params["subscription"], call.params["group"]) in world.groups
    return Reply(status=204 if known else 404)


def put_group(world: World, call: Call) -> Reply:
    body, name = call.json(Body), call.params["group"]
    key = scopes.group_key(call.params["subscription"], name)
    known = world.groups.get(key)
    _check(name, known, body)
    group = ResourceGroup(
        subscription_id=scopes.subscription(world, call).id,
        name=known.name if known else name,
        location=locations.plain(body.location or ""),
        tags=tags.checked(body.tags) or {},
        managed_by=body.managed_by or "",
    )
    return Reply(status=200 if known else 201, body=shapes.group(world.groups.put(key, group)))


def patch_group(world: World, call: Call) -> Reply:
    known, body = scopes.group(world, call), call.json(Body)
    changed = msgspec.structs.replace(
        known,
        tags=known.tags if body.tags is None else tags.checked(body.tags),
        managed_by=known.managed_by if body.managed_by is None else body.managed_by,
    )
    return Reply(body=shapes.group(world.groups.put(scopes.group_key(known.subscription_id, known.name), changed)))


def remove_group(world: World, call: Call) -> Reply:
    """With all it holds, and what was assigned in it."""
    group = scopes.group(world, call)
    with world.store.transaction():
        for one in world.communication.all():
            if roles.within(one.id, group.path):
                communication.remove(world, one)
        for key, topic in world.system_topics.items():
            if roles.within(topic.id, group.path):
                event_grid.remove_topic(world, key)
        for custom in world.custom_topics.all():
            if roles.within(custom.id, group.path):
                custom_topics.remove_topic(world, custom)
        for account in world.storage_accounts.all():
            if roles.within(account.id, group.path):
                storage.remove(world, account)
        roles.forget(world, group.path)
        world.groups.remove(scopes.group_key(group.subscription_id, group.name))
    return Reply(status=200)


def list_resources(world: World, call: Call) -> Reply:
    return inventory.answer(world, call, scopes.group(world, call).path)


def _check(name: str, known: ResourceGroup | None, body: Body) -> None:
    if not NAME.fullmatch(name):
        raise INVALID_GROUP_NAME.of(name=name)
    if not body.location:
        raise INVALID_RESOURCE.of(reason="The location property is required for this definition.")
    locations.check_group(body.location)
    if known and locations.plain(body.location) != known.location:
        raise GROUP_MOVED.of(group=known.name, location=known.location)


def _tagged(group: ResourceGroup, expression: str) -> bool:
    if not expression:
        return True
    match = TAG.fullmatch(expression.strip())
    if match is None:
        raise INVALID_FILTER.of(filter=expression)
    value = group.tags.get(match["name"])
    return value is not None and match["value"] in {None, value}


GROUPS = "/subscriptions/{subscription}/resourcegroups"
GROUP = f"{GROUPS}/{{group}}"

ROUTES = [
    Route("GET", GROUPS, list_groups),
    operation("GET", GROUP, get_group, f"{TYPE}/read"),
    operation("HEAD", GROUP, head_group, f"{TYPE}/read"),
    operation("PUT", GROUP, put_group, f"{TYPE}/write"),
    operation("PATCH", GROUP, patch_group, f"{TYPE}/write"),
    operation("DELETE", GROUP, remove_group, f"{TYPE}/delete"),
    operation("GET", f"{GROUP}/resources", list_resources, f"{TYPE}/resources/read"),
]
