"""The subscription and group a request speaks of, and whether the caller may."""

import re

from localazure.arm import roles
from localazure.auth import require
from localazure.errors import GROUP_NOT_FOUND, NOT_REGISTERED, PROVIDER_NOT_FOUND, SUBSCRIPTION_NOT_FOUND
from localazure.pipeline import Call
from localazure.records.resources import Provider, ResourceGroup, Subscription
from localazure.world import World

PLACE = re.compile(r"/subscriptions/(?P<subscription>[^/]+)(/resourcegroups/(?P<group>[^/]+))?(/.*)?", re.IGNORECASE)


def subscription(world: World, call: Call, action: str = "") -> Subscription:
    """Checks the action unless the route has done so."""
    found = known_subscription(world, call.params["subscription"])
    if action:
        require(world, call, action, of_path(call.path))
    return found


def visible_subscription(world: World, call: Call, action: str) -> Subscription:
    """For lists that show each caller their own: a role somewhere below is enough."""
    found = known_subscription(world, call.params["subscription"])
    if not roles.visible(world, call.caller.object_id, found.path):
        require(world, call, action, found.path)
    return found


def known_subscription(world: World, name: str) -> Subscription:
    found = world.subscriptions.get(name.lower())
    if found is None:
        raise SUBSCRIPTION_NOT_FOUND.of(subscription=name)
    return found


def of_path(path: str) -> str:
    """What a request's path speaks of: a list's name and an action's name at the end are no part of it.

    >>> of_path("/subscriptions/s/resourcegroups/g/providers/N.S/things/t/listKeys")
    '/subscriptions/s/resourcegroups/g/providers/N.S/things/t'
    >>> of_path("/subscriptions/s/providers/N.S/things"), of_path("/subscriptions/s/resourcegroups")
    ('/subscriptions/s', '/subscriptions/s')
    """
    before, provider, after = path.rstrip("/").rpartition("/providers/")
    parts = (after if provider else path.strip("/")).split("/")
    pairs = parts[1:] if provider else parts
    kept = pairs[: len(pairs) // 2 * 2]
    if not provider:
        return "/" + "/".join(kept)
    return "/".join([before + provider + parts[0], *kept]) if kept else before or "/"


def check(world: World, scope: str) -> None:
    """Refuses a scope whose subscription or group there is not."""
    if match := PLACE.fullmatch(scope):
        known_subscription(world, match["subscription"])
        if match["group"] and group_key(match["subscription"], match["group"]) not in world.groups:
            raise GROUP_NOT_FOUND.of(group=match["group"])


def group(world: World, call: Call, action: str = "") -> ResourceGroup:
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
