"""Resource providers: https://learn.microsoft.com/rest/api/resources/providers"""

import msgspec

from localazure import faults
from localazure.arm import scopes, shapes
from localazure.arm.operation import operation
from localazure.arm.scopes import registration_state
from localazure.eventgrid.identity import TAKEN_AWAY, event_grid_principal
from localazure.paging import listing
from localazure.pipeline import Call, Reply
from localazure.records.resources import Provider
from localazure.routing import Route
from localazure.world import World

REGISTER = "provider.register"
READ = "Microsoft.Resources/subscriptions/providers/read"


def list_providers(world: World, call: Call) -> Reply:
    one = scopes.subscription(world, call)
    found = [shapes.provider(world, each) for each in world.providers.all() if each.subscription_id == one.id]
    return Reply(body=listing(world, call, found))


def get_provider(world: World, call: Call) -> Reply:
    return Reply(body=shapes.provider(world, _known(world, call)))


def register_provider(world: World, call: Call) -> Reply:
    """Answers `Registering`, also where the next look will find it done: callers must look."""
    known = _known(world, call)
    before = registration_state(world, known)
    body = shapes.provider(world, register(world, known))
    return Reply(body=body | ({"registrationState": "Registering"} if before == "NotRegistered" else {}))


def unregister_provider(world: World, call: Call) -> Reply:
    """Answers `Unregistering`; the next look finds `NotRegistered`. What was made stays."""
    known = _known(world, call)
    before = registration_state(world, known)
    body = shapes.provider(world, _put(world, msgspec.structs.replace(known, registered_from=None)))
    return Reply(body=body | ({"registrationState": "Unregistering"} if before != "NotRegistered" else {}))


def register(world: World, one: Provider) -> Provider:
    """Registering ends after the delay a fault may have ordered, else by the next look. Idempotent."""
    if registration_state(world, one) != "NotRegistered":
        return one
    fault = faults.take(world, REGISTER)
    ends = world.clock.after(fault.delay_seconds if fault else 0)
    if one.namespace == "Microsoft.EventGrid" and TAKEN_AWAY not in world.faults:
        event_grid_principal(world)
    return _put(world, msgspec.structs.replace(one, registered_from=ends))


def list_of_tenant(world: World, call: Call) -> Reply:
    return Reply(body=listing(world, call, [shapes.provider_of_tenant(name) for name in shapes.RESOURCE_TYPES]))


def get_of_tenant(world: World, call: Call) -> Reply:
    one = scopes.provider(world, world.seed.subscription_id, call.params["namespace"])
    return Reply(body=shapes.provider_of_tenant(one.namespace))


def _known(world: World, call: Call) -> Provider:
    return scopes.provider(world, scopes.subscription(world, call).id, call.params["namespace"])


def _put(world: World, one: Provider) -> Provider:
    return world.providers.put(f"{one.subscription_id}/{one.namespace}".lower(), one)


PROVIDERS = "/subscriptions/{subscription}/providers"
PROVIDER = f"{PROVIDERS}/{{namespace}}"

ROUTES = [
    operation("GET", PROVIDERS, list_providers, READ),
    operation("GET", PROVIDER, get_provider, READ),
    operation("POST", f"{PROVIDER}/register", register_provider, "{namespace}/register/action"),
    operation("POST", f"{PROVIDER}/unregister", unregister_provider, "{namespace}/unregister/action"),
    Route("GET", "/providers", list_of_tenant),
    Route("GET", "/providers/{namespace}", get_of_tenant),
]
