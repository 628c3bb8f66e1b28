"""Tenants, subscriptions and their locations: https://learn.microsoft.com/rest/api/resources/subscriptions"""

from localazure.arm import roles, scopes, shapes
from localazure.arm.locations import BY_GEOGRAPHY
from localazure.arm.operation import operation
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World


def list_tenants(world: World, call: Call) -> Reply:
    return Reply(body=listing(world, call, [shapes.tenant(one) for one in world.tenants.all()]))


def list_subscriptions(world: World, call: Call) -> Reply:
    """Those the caller has any role in: an empty list is how a principal learns it has none."""
    visible = [one for one in world.subscriptions.all() if roles.visible(world, call.caller.object_id, one.path)]
    return Reply(body=listing(world, call, [shapes.subscription(one) for one in visible]))


def get_subscription(world: World, call: Call) -> Reply:
    """Seen by whoever has a role somewhere in it."""
    return Reply(
        body=shapes.subscription(scopes.visible_subscription(world, call, "Microsoft.Resources/subscriptions/read"))
    )


def list_locations(world: World, call: Call) -> Reply:
    one = scopes.subscription(world, call)
    found = [shapes.location(one.id, place, name) for place, names in BY_GEOGRAPHY.items() for name in names]
    return Reply(body={"value": found})


SUBSCRIPTION = "/subscriptions/{subscription}"

ROUTES = [
    Route("GET", "/tenants", list_tenants),
    Route("GET", "/subscriptions", list_subscriptions),
    Route("GET", SUBSCRIPTION, get_subscription),
    operation("GET", f"{SUBSCRIPTION}/locations", list_locations, "Microsoft.Resources/subscriptions/locations/read"),
]
