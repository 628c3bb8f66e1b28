"""Applications: https://learn.microsoft.com/graph/api/resources/application"""

from localazure.errors import GRAPH_FORBIDDEN
from localazure.graph import keys, query, rules, shapes
from localazure.graph.access import Right, guarded, may
from localazure.graph.bodies import read
from localazure.graph.objects import shown
from localazure.graph.shapes import ApplicationBody
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World

CREATE = "create-if-missing"


def list_applications(world: World, call: Call) -> Reply:
    found = [shapes.application(one) for one in world.applications.all()]
    return Reply(body=query.answer(world, call, "applications", found))


def add_application(world: World, call: Call) -> Reply:
    return _make(world, call)


def change_application(world: World, call: Call) -> Reply:
    """By its unique name an upsert where the caller prefers it: https://learn.microsoft.com/graph/api/application-upsert

    Nobody but the one who makes it chooses the name, so two at once end with one application.
    """
    known = keys.find(world, call)
    makes = known is None and keys.by_name(call) and CREATE in call.headers.get("prefer", "").lower()
    right = Right.CREATE_APPLICATIONS if makes else Right.WRITE_APPLICATIONS
    if not may(world, call.caller, right, known):
        raise GRAPH_FORBIDDEN.of()
    if makes:
        return _make(world, call, unique_name=call.params["id"])
    body = read(call, ApplicationBody, shapes.APPLICATION_PROPERTIES)
    rules.change_application(world, keys.application(world, call), body)
    return Reply(status=204)


def _make(world: World, call: Call, *, unique_name: str | None = None) -> Reply:
    body = read(call, ApplicationBody, shapes.APPLICATION_PROPERTIES)
    made = rules.add_application(world, body, owner=call.caller.object_id, unique_name=unique_name)
    return shown(world, call, made, 201)


ROUTES: list[Route] = [
    guarded("GET", keys.APPLICATIONS, list_applications),
    guarded("POST", keys.APPLICATIONS, add_application, Right.CREATE_APPLICATIONS),
    Route("PATCH", f"{keys.APPLICATIONS}/{{id}}", change_application),
]
