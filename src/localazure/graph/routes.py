"""Graph's paths: https://learn.microsoft.com/graph/api/overview"""

import re
from collections.abc import Mapping

from localazure.audiences import GRAPH as AUDIENCES
from localazure.auth import bearer, caller_of
from localazure.clock import real_time
from localazure.entra.tokens import InvalidToken
from localazure.errors import GRAPH_BAD_TOKEN, GRAPH_FORBIDDEN, GRAPH_NO_TOKEN, ServiceError
from localazure.graph import rules, shapes
from localazure.graph.shapes import ApplicationBody, AssignmentBody, PasswordBody, PrincipalBody
from localazure.paging import listing
from localazure.pipeline import Call, Caller, Reply, Service
from localazure.routing import Route, Router
from localazure.world import World


def list_applications(world: World, call: Call) -> Reply:
    found = rules.filtered(world.applications.all(), call.query.get("filter"))
    return _list(world, call, "applications", [shapes.application(one) for one in found])


def add_application(world: World, call: Call) -> Reply:
    made = rules.add_application(world, call.json(ApplicationBody), owner=call.caller.object_id)
    return Reply(status=201, body=shapes.application(made))


def get_application(world: World, call: Call) -> Reply:
    return Reply(body=shapes.application(rules.application(world, call.params["id"])))


def get_application_by_app_id(world: World, call: Call) -> Reply:
    return Reply(body=shapes.application(rules.application(world, f"appid={call.params['app_id']}")))


def change_application(world: World, call: Call) -> Reply:
    rules.change_application(world, rules.application(world, call.params["id"]), call.json(ApplicationBody))
    return Reply(status=204)


def remove_application(world: World, call: Call) -> Reply:
    rules.remove_application(world, rules.application(world, call.params["id"]))
    return Reply(status=204)


def add_password(world: World, call: Call) -> Reply:
    asked = call.json(PasswordBody).password_credential.display_name or ""
    made = rules.add_password(world, rules.application(world, call.params["id"]), asked)
    return Reply(body=shapes.password(made) | {"secretText": made.secret})


def list_principals(world: World, call: Call) -> Reply:
    found = rules.filtered(world.principals.all(), call.query.get("filter"))
    return _list(world, call, "servicePrincipals", [shapes.principal(world, one) for one in found])


def add_principal(world: World, call: Call) -> Reply:
    made = rules.add_principal(world, call.json(PrincipalBody).app_id, owner=call.caller.object_id)
    return Reply(status=201, body=shapes.principal(world, made))


def get_principal(world: World, call: Call) -> Reply:
    return Reply(body=shapes.principal(world, rules.principal(world, call.params["id"])))


def get_principal_by_app_id(world: World, call: Call) -> Reply:
    return Reply(body=shapes.principal(world, rules.principal(world, f"appid={call.params['app_id']}")))


def list_assigned(world: World, call: Call) -> Reply:
    found = rules.assignments_on(world, rules.principal(world, call.params["id"]))
    return _list(world, call, "appRoleAssignments", [shapes.assignment(world, one) for one in found])


def assign(world: World, call: Call) -> Reply:
    return Reply(status=201, body=shapes.assignment(world, rules.assign(world, call.json(AssignmentBody))))


def authenticate(world: World, call: Call) -> Caller:
    """Any principal with a role of its own may; the directory's finer rights are not emulated."""
    token = bearer(call)
    if token is None:
        raise GRAPH_NO_TOKEN.of()
    try:
        caller = caller_of(world, token, AUDIENCES | {world.addresses.url})
    except InvalidToken as error:
        raise GRAPH_BAD_TOKEN.of(reason=error) from error
    if not any(one.principal_id == caller.object_id for one in world.app_role_assignments.all()):
        raise GRAPH_FORBIDDEN.of()
    return caller


def envelope(error: ServiceError, call: Call) -> dict[str, object]:
    inner = {
        "date": f"{real_time():%Y-%m-%dT%H:%M:%S}",
        "request-id": call.request_id,
        "client-request-id": call.headers.get("client-request-id", call.request_id),
    }
    return {"error": {"code": error.code, "message": error.message, "innerError": inner}}


def _list(world: World, call: Call, what: str, items: list[shapes.Json]) -> Reply:
    context = {"@odata.context": f"{world.addresses.url}/v1.0/$metadata#{what}"}
    return Reply(body=context | listing(world, call, items, "@odata.nextLink"))


def _anything(call: Call) -> None:
    """Graph's version stands in the path."""


def _headers(call: Call) -> Mapping[str, str]:
    return {"request-id": call.request_id, "client-request-id": call.headers.get("client-request-id", call.request_id)}


ROUTES = Router(
    [
        Route("GET", "/v1.0/applications", list_applications),
        Route("POST", "/v1.0/applications", add_application),
        Route("GET", "/v1.0/applications(appId='{app_id}')", get_application_by_app_id),
        Route("GET", "/v1.0/applications/{id}", get_application),
        Route("PATCH", "/v1.0/applications/{id}", change_application),
        Route("DELETE", "/v1.0/applications/{id}", remove_application),
        Route("POST", "/v1.0/applications/{id}/addPassword", add_password),
        Route("GET", "/v1.0/servicePrincipals", list_principals),
        Route("POST", "/v1.0/servicePrincipals", add_principal),
        Route("GET", "/v1.0/servicePrincipals(appId='{app_id}')", get_principal_by_app_id),
        Route("GET", "/v1.0/servicePrincipals/{id}", get_principal),
        Route("GET", "/v1.0/servicePrincipals/{id}/appRoleAssignedTo", list_assigned),
        Route("POST", "/v1.0/servicePrincipals/{id}/appRoleAssignedTo", assign),
        Route("POST", "/v1.0/servicePrincipals/{id}/appRoleAssignments", assign),
    ]
)

GRAPH = Service(
    name="graph",
    claims=re.compile(r"/(v1\.0|beta)/", re.IGNORECASE),
    find=ROUTES.find,
    authenticate=authenticate,
    validate=_anything,
    envelope=envelope,
    headers=_headers,
)
