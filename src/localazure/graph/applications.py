"""Applications: https://learn.microsoft.com/graph/api/resources/application"""

from localazure.errors import GRAPH_FORBIDDEN
from localazure.graph import keys, query, rules, shapes
from localazure.graph.access import Right, guarded, may
from localazure.graph.bodies import read
from localazure.graph.shapes import ApplicationBody, KeyBody, PasswordBody
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World

KIND = "applications"
CREATE = "create-if-missing"


def list_applications(world: World, call: Call) -> Reply:
    return Reply(body=query.answer(world, call, KIND, [shapes.application(one) for one in world.applications.all()]))


def add_application(world: World, call: Call) -> Reply:
    return _make(world, call)


def get_application(world: World, call: Call) -> Reply:
    return Reply(body=query.one(world, call, KIND, shapes.application(keys.application(world, call))))


def change_application(world: World, call: Call) -> Reply:
    """By its unique name an upsert where the caller prefers it: https://learn.microsoft.com/graph/api/application-upsert

    Nobody but the one who makes it chooses the name, so two at once end with one application.
    """
    known = keys.find(world, call)
    makes = known is None and keys.by_name(call) and CREATE in call.headers.get("prefer", "").lower()
    if not may(world, call.caller, Right.CREATE_APPLICATIONS if makes else WRITE, known):
        raise GRAPH_FORBIDDEN.of()
    if makes:
        return _make(world, call, unique_name=call.params["id"])
    body = read(call, ApplicationBody, shapes.APPLICATION_PROPERTIES)
    rules.change_application(world, keys.application(world, call), body)
    return Reply(status=204)


def remove_application(world: World, call: Call) -> Reply:
    rules.remove_application(world, keys.application(world, call))
    return Reply(status=204)


def add_password(world: World, call: Call) -> Reply:
    made = rules.add_password(world, keys.application(world, call), call.json(PasswordBody).password_credential)
    return Reply(body=shapes.password(made) | {"secretText": made.secret})


def remove_password(world: World, call: Call) -> Reply:
    rules.remove_password(world, keys.application(world, call), call.json(KeyBody).key_id)
    return Reply(status=204)


def _make(world: World, call: Call, *, unique_name: str | None = None) -> Reply:
    body = read(call, ApplicationBody, shapes.APPLICATION_PROPERTIES)
    made = rules.add_application(world, body, owner=call.caller.object_id, unique_name=unique_name)
    return Reply(status=201, body=query.one(world, call, KIND, shapes.application(made)))


WRITE = Right.WRITE_APPLICATIONS
ONE = f"{keys.APPLICATIONS}/{{id}}"

ROUTES: list[Route] = [
    guarded("GET", keys.APPLICATIONS, list_applications),
    guarded("POST", keys.APPLICATIONS, add_application, Right.CREATE_APPLICATIONS),
    guarded("GET", ONE, get_application),
    Route("PATCH", ONE, change_application),
    guarded("DELETE", ONE, remove_application, WRITE),
    guarded("POST", f"{ONE}/addPassword", add_password, WRITE),
    guarded("POST", f"{ONE}/removePassword", remove_password, WRITE),
]
