"""App roles given to principals and people: https://learn.microsoft.com/graph/api/resources/approleassignment"""

from localazure.errors import GRAPH_BAD_REQUEST, GRAPH_NOT_FOUND
from localazure.graph import keys, people, query, rules, shapes
from localazure.graph.access import Right, guarded
from localazure.graph.shapes import AssignmentBody
from localazure.pipeline import Call, Reply
from localazure.records.directory import AppRoleAssignment
from localazure.routing import Route
from localazure.world import World

KIND = "appRoleAssignments"


def list_given(world: World, call: Call) -> Reply:
    """On the resource's side."""
    return _list(world, call, resource=keys.principal(world, call).id)


def list_received(world: World, call: Call) -> Reply:
    return _list(world, call, principal=keys.principal(world, call).id)


def list_of_person(world: World, call: Call) -> Reply:
    return _list(world, call, principal=people.person(world, call.params["id"]).id)


def give(world: World, call: Call) -> Reply:
    return _assign(world, call, resource=keys.principal(world, call).id)


def receive(world: World, call: Call) -> Reply:
    return _assign(world, call, principal=keys.principal(world, call).id)


def receive_as_person(world: World, call: Call) -> Reply:
    return _assign(world, call, principal=people.person(world, call.params["id"]).id)


def take_back(world: World, call: Call) -> Reply:
    return _take_back(world, call, keys.principal(world, call).id)


def take_back_from_person(world: World, call: Call) -> Reply:
    return _take_back(world, call, people.person(world, call.params["id"]).id)


def _assign(world: World, call: Call, *, resource: str = "", principal: str = "") -> Reply:
    """The path and the body must speak of the same object."""
    body = call.json(AssignmentBody)
    if (resource or body.resource_id.lower()) != body.resource_id.lower() or (
        principal or body.principal_id.lower()
    ) != body.principal_id.lower():
        raise GRAPH_BAD_REQUEST.of(reason="Object in the path and object in the body do not match.")
    return Reply(status=201, body=query.one(world, call, KIND, shapes.assignment(world, rules.assign(world, body))))


def _take_back(world: World, call: Call, side: str) -> Reply:
    for key, one in world.app_role_assignments.items():
        if one.id == call.params["assignment"] and side in {one.principal_id, one.resource_id}:
            world.app_role_assignments.remove(key)
            return Reply(status=204)
    raise GRAPH_NOT_FOUND.of(id=call.params["assignment"])


def _list(world: World, call: Call, *, resource: str = "", principal: str = "") -> Reply:
    found: list[AppRoleAssignment] = [
        one
        for one in world.app_role_assignments.all()
        if resource in {"", one.resource_id} and principal in {"", one.principal_id}
    ]
    return Reply(body=query.answer(world, call, KIND, [shapes.assignment(world, one) for one in found]))


GIVEN, RECEIVED = (f"{keys.PRINCIPALS}/{{id}}/{name}" for name in ("appRoleAssignedTo", "appRoleAssignments"))
PERSON = "/v1.0/users/{id}/appRoleAssignments"

ROUTES: list[Route] = [
    guarded("GET", GIVEN, list_given),
    guarded("POST", GIVEN, give, Right.ASSIGN),
    guarded("DELETE", f"{GIVEN}/{{assignment}}", take_back, Right.ASSIGN),
    guarded("GET", RECEIVED, list_received),
    guarded("POST", RECEIVED, receive, Right.ASSIGN),
    guarded("DELETE", f"{RECEIVED}/{{assignment}}", take_back, Right.ASSIGN),
    guarded("GET", PERSON, list_of_person),
    guarded("POST", PERSON, receive_as_person, Right.ASSIGN),
    guarded("DELETE", f"{PERSON}/{{assignment}}", take_back_from_person, Right.ASSIGN),
]
