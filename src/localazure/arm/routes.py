"""Resource Manager's paths: https://learn.microsoft.com/rest/api/resources/"""

import re
from collections.abc import Mapping

from localazure import operations
from localazure.arm import rules, scopes, shapes
from localazure.arm.access import authenticate, check_version, envelope
from localazure.arm.metadata import endpoints
from localazure.auth import may
from localazure.communication.management import ROUTES as COMMUNICATION
from localazure.eventgrid.management import ROUTES as EVENT_GRID
from localazure.paging import listing
from localazure.pipeline import Call, Caller, Reply, Service
from localazure.routing import Route, Router
from localazure.world import World

READ_GROUP = "Microsoft.Resources/subscriptions/resourceGroups/read"
WRITE_GROUP = "Microsoft.Resources/subscriptions/resourceGroups/write"
DELETE_GROUP = "Microsoft.Resources/subscriptions/resourceGroups/delete"
READ_SUBSCRIPTION = "Microsoft.Resources/subscriptions/read"
READ_RESOURCES = "Microsoft.Resources/subscriptions/resources/read"


def list_tenants(world: World, call: Call) -> Reply:
    return Reply(body=listing(world, call, [shapes.tenant(one) for one in world.tenants.all()]))


def list_subscriptions(world: World, call: Call) -> Reply:
    """Those the caller has any role in: an empty list is how a principal learns it has none."""
    visible = [one for one in world.subscriptions.all() if may(world, call.caller, f"/subscriptions/{one.id}")]
    return Reply(body=listing(world, call, [shapes.subscription(one) for one in visible]))


def get_subscription(world: World, call: Call) -> Reply:
    return Reply(body=shapes.subscription(scopes.subscription(world, call, READ_SUBSCRIPTION)))


def list_locations(world: World, call: Call) -> Reply:
    one = scopes.subscription(world, call, "Microsoft.Resources/subscriptions/locations/read")
    places = (("westeurope", "West Europe"), ("polandcentral", "Poland Central"))
    return Reply(body={"value": [shapes.location(one.id, *place) for place in places]})


def list_groups(world: World, call: Call) -> Reply:
    one = scopes.subscription(world, call, READ_GROUP)
    groups = [shapes.group(each) for each in world.groups.all() if each.subscription_id == one.id]
    return Reply(body=listing(world, call, groups))


def get_group(world: World, call: Call) -> Reply:
    return Reply(body=shapes.group(scopes.group(world, call, READ_GROUP)))


def head_group(world: World, call: Call) -> Reply:
    one = scopes.subscription(world, call, READ_GROUP)
    known = scopes.group_key(one.id, call.params["group"]) in world.groups
    return Reply(status=204 if known else 404)


def put_group(world: World, call: Call) -> Reply:
    one = scopes.subscription(world, call, WRITE_GROUP)
    group, new = rules.put_group(world, one.id, call.params["group"], call.json(rules.GroupBody))
    return Reply(status=201 if new else 200, body=shapes.group(group))


def remove_group(world: World, call: Call) -> Reply:
    rules.remove_group(world, scopes.group(world, call, DELETE_GROUP))
    return Reply(status=200)


def list_resources(world: World, call: Call) -> Reply:
    one = scopes.subscription(world, call, READ_RESOURCES)
    return Reply(body=listing(world, call, rules.resources(world, one.id, "", call.query.get("filter", ""))))


def list_group_resources(world: World, call: Call) -> Reply:
    one = scopes.group(world, call, READ_RESOURCES)
    found = rules.resources(world, one.subscription_id, one.name, call.query.get("filter", ""))
    return Reply(body=listing(world, call, found))


def list_providers(world: World, call: Call) -> Reply:
    one = scopes.subscription(world, call, "Microsoft.Resources/subscriptions/providers/read")
    found = [shapes.provider(world, each) for each in world.providers.all() if each.subscription_id == one.id]
    return Reply(body=listing(world, call, found))


def get_provider(world: World, call: Call) -> Reply:
    one = scopes.subscription(world, call, "Microsoft.Resources/subscriptions/providers/read")
    return Reply(body=shapes.provider(world, scopes.provider(world, one.id, call.params["namespace"])))


def register(world: World, call: Call) -> Reply:
    """Answers `Registering`, also where the next look will find it done: callers must look."""
    namespace = call.params["namespace"]
    one = scopes.subscription(world, call, f"{namespace}/register/action")
    known = scopes.provider(world, one.id, namespace)
    before = scopes.registration_state(world, known)
    body = shapes.provider(world, rules.register(world, known))
    return Reply(body=body | ({"registrationState": "Registering"} if before == "NotRegistered" else {}))


def unregister(world: World, call: Call) -> Reply:
    namespace = call.params["namespace"]
    one = scopes.subscription(world, call, f"{namespace}/unregister/action")
    return Reply(body=shapes.provider(world, rules.unregister(world, scopes.provider(world, one.id, namespace))))


SUBSCRIPTION = "/subscriptions/{subscription}"
OPERATIONS = f"{SUBSCRIPTION}/providers/{{namespace}}/locations/{{location}}"

ROUTES = Router(
    [
        Route("GET", "/tenants", list_tenants),
        Route("GET", "/subscriptions", list_subscriptions),
        Route("GET", SUBSCRIPTION, get_subscription),
        Route("GET", f"{SUBSCRIPTION}/locations", list_locations),
        Route("GET", f"{SUBSCRIPTION}/resourcegroups", list_groups),
        Route("GET", f"{SUBSCRIPTION}/resourcegroups/{{group}}", get_group),
        Route("HEAD", f"{SUBSCRIPTION}/resourcegroups/{{group}}", head_group),
        Route("PUT", f"{SUBSCRIPTION}/resourcegroups/{{group}}", put_group),
        Route("DELETE", f"{SUBSCRIPTION}/resourcegroups/{{group}}", remove_group),
        Route("GET", f"{SUBSCRIPTION}/resources", list_resources),
        Route("GET", f"{SUBSCRIPTION}/resourcegroups/{{group}}/resources", list_group_resources),
        Route("GET", f"{SUBSCRIPTION}/providers", list_providers),
        Route("GET", f"{SUBSCRIPTION}/providers/{{namespace}}", get_provider),
        Route("POST", f"{SUBSCRIPTION}/providers/{{namespace}}/register", register),
        Route("POST", f"{SUBSCRIPTION}/providers/{{namespace}}/unregister", unregister),
        Route("GET", f"{OPERATIONS}/operationsStatus/{{operation}}", operations.get_status),
        Route("GET", f"{OPERATIONS}/operationStatuses/{{operation}}", operations.get_status),
        Route("GET", f"{OPERATIONS}/operationResults/{{operation}}", operations.get_result),
        *COMMUNICATION,
        *EVENT_GRID,
    ]
)


def _headers(call: Call) -> Mapping[str, str]:
    correlation = call.headers.get("x-ms-correlation-request-id", call.request_id)
    return {"x-ms-request-id": call.request_id, "x-ms-correlation-request-id": correlation}


def _anyone(world: World, call: Call) -> Caller:
    return Caller()


def _anything(call: Call) -> None:
    """az asks for the cloud's addresses before it knows any of its rules."""


RESOURCE_MANAGER = Service(
    name="arm",
    claims=re.compile(r"/(subscriptions|tenants|providers)(/|$)", re.IGNORECASE),
    find=ROUTES.find,
    authenticate=authenticate,
    validate=check_version,
    envelope=envelope,
    headers=_headers,
)

METADATA = Service(
    name="metadata",
    claims=re.compile(r"/metadata/endpoints$"),
    find=Router([Route("GET", "/metadata/endpoints", endpoints)]).find,
    authenticate=_anyone,
    validate=_anything,
    envelope=envelope,
    headers=_headers,
)
