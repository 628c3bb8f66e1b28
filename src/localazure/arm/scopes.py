"""The subscription and group a request speaks of, and whether the caller may."""

from localazure.auth import require
from localazure.errors import GROUP_NOT_FOUND, NOT_REGISTERED, PROVIDER_NOT_FOUND, SUBSCRIPTION_NOT_FOUND
from localazure.pipeline import Call
from localazure.records.resources import Provider, ResourceGroup, Subscription
from localazure.world import World


def subscription(world: World, call: Call, action: str) -> Subscription:
    name = call.params["subscription"]
    found = world.subscriptions.get(name.lower())
    if found is None:
        raise SUBSCRIPTION_NOT_FOUND.of(subscription=name)
    require(world, call, action, call.path)
    return found


def group(world: World, call: Call, action: str) -> ResourceGroup:
    subscription(world, call, action)
    found = world.groups.get(group_key(call.params["subscription"], call.params["group"]))
    if found is None:
        raise GROUP_NOT_FOUND.of(group=call.params["group"])
    return found


def group_key(subscription_id: str, name: str) -> str:
    return f"/subscriptions/{subscription_id}/resourcegroups/{name}".lower()


def provider(world: World, subscription_id: str, namespace: str) -> Provider:
    found = world.providers.get(f"{subscription_id}/{namespace}".lower())
    if found is None:
        raise PROVIDER_NOT_FOUND.of(namespace=namespace)
    return found


def registration_state(world: World, one: Provider) -> str:
    if one.registered_from is None:
        return "NotRegistered"
    return "Registered" if one.registered_from <= world.clock.now() else "Registering"


def require_registered(world: World, subscription_id: str, namespace: str) -> None:
    one = provider(world, subscription_id, namespace)
    if registration_state(world, one) != "Registered":
        raise NOT_REGISTERED.of(namespace=one.namespace)
