"""Subscriptions, resource groups and resource providers."""

import re

import msgspec

from localazure import faults
from localazure.arm.scopes import group_key, registration_state
from localazure.arm.shapes import Json
from localazure.errors import GROUP_NOT_EMPTY, INVALID_RESOURCE
from localazure.eventgrid.identity import event_grid_principal
from localazure.records.events import SystemTopic
from localazure.records.resources import CommunicationService, Provider, ResourceGroup
from localazure.world import World

GROUP_NAME = re.compile(r"[\w().-]{0,89}[\w()-]")
TYPE_FILTER = re.compile(r"resourceType eq '(?P<type>[^']+)'", re.IGNORECASE)
REGISTER = "provider.register"


class GroupBody(msgspec.Struct, rename="camel", kw_only=True):
    location: str
    tags: dict[str, str] = {}


def put_group(world: World, subscription_id: str, name: str, body: GroupBody) -> tuple[ResourceGroup, bool]:
    """The group and whether it is new."""
    if not GROUP_NAME.fullmatch(name):
        raise INVALID_RESOURCE.of(reason=f"The resource group name '{name}' is invalid.")
    key = group_key(subscription_id, name)
    known = world.groups.get(key)
    group = ResourceGroup(
        subscription_id=subscription_id,
        name=known.name if known else name,
        location=body.location,
        tags=body.tags,
    )
    return world.groups.put(key, group), known is None


def remove_group(world: World, group: ResourceGroup) -> None:
    """Refused while it holds resources: removing them one by one has consequences this cloud shows."""
    if resources(world, group.subscription_id, group.name):
        raise GROUP_NOT_EMPTY.of(group=group.name)
    world.groups.remove(group_key(group.subscription_id, group.name))


def resources(world: World, subscription_id: str, group: str = "", expression: str = "") -> list[Json]:
    """Every resource of the subscription or group, filtered by `resourceType eq '…'`."""
    wanted = TYPE_FILTER.search(expression)
    everything: list[CommunicationService | SystemTopic] = [*world.communication.all(), *world.system_topics.all()]
    found: list[Json] = [
        {"id": one.id, "name": one.name, "type": _type(one.id), "location": "global", "tags": one.tags}
        for one in everything
        if one.subscription_id == subscription_id and group.lower() in {"", one.group.lower()}
    ]
    return [one for one in found if wanted is None or one["type"].lower() == wanted["type"].lower()]


def register(world: World, one: Provider) -> Provider:
    """Registering ends after the delay a fault may have ordered, else by the next look. Idempotent."""
    if registration_state(world, one) != "NotRegistered":
        return one
    fault = faults.take(world, REGISTER)
    ends = world.clock.after(fault.delay_seconds if fault else 0)
    if one.namespace == "Microsoft.EventGrid":
        event_grid_principal(world)
    return _put(world, msgspec.structs.replace(one, registered_from=ends))


def unregister(world: World, one: Provider) -> Provider:
    return _put(world, msgspec.structs.replace(one, registered_from=None))


def _put(world: World, one: Provider) -> Provider:
    return world.providers.put(f"{one.subscription_id}/{one.namespace}".lower(), one)


def _type(resource_id: str) -> str:
    *_, namespace, kind, _name = resource_id.split("/")
    return f"{namespace}/{kind}"
