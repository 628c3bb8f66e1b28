"""Applications: https://learn.microsoft.com/graph/api/resources/application"""

from localazure.errors import GRAPH_FORBIDDEN, GRAPH_NOT_FOUND
from localazure.graph import query, rules, shapes
from localazure.graph.access import Right, guarded, may
from localazure.graph.bodies import read
from localazure.graph.shapes import ApplicationBody, KeyBody, PasswordBody
from localazure.pipeline import Call, Reply
from localazure.records.directory import Application
from localazure.routing import Route
from localazure.world import World

KIND = "applications"
CREATE = "create-if-missing"


def list_applications(world: World, call: Call) -> Reply:
    return Reply(body=query.answer(world, call, KIND, [shapes.application(one) for one in world.applications.all()]))


def add_application(world: World, call: Call) -> Reply:
    body = read(call, ApplicationBody, shapes.APPLICATION_PROPERTIES)
    made = rules.add_application(world, body, owner=call.caller.object_id)
    return Reply(status=201, body=query.one(world, call, KIND, shapes.application(made)))


def get_application(world: World, call: Call) -> Reply:
    return Reply(body=query.one(world, call, KIND, shapes.application(_known(world, call))))


def change_application(world: World, call: Call) -> Reply:
    body = read(call, ApplicationBody, shapes.APPLICATION_PROPERTIES)
    rules.change_application(world, _known(world, call), body)
    return Reply(status=204)


def put_application(world: World, call: Call) -> Reply:
    """An upsert where the caller prefers it, else a change: https://learn.microsoft.com/graph/api/application-upsert

    Nobody but the one who makes it chooses the name, so two at once end with one application.
    """
    name = call.params["unique_name"].replace("''", "'")
    known = rules.application_of_name(world, name)
    wants_it = CREATE in call.headers.get("prefer", "").lower()
    if known is None and not wants_it:
        raise GRAPH_NOT_FOUND.of(id=name)
    right = WRITE if known else Right.CREATE_APPLICATIONS
    if not may(world, call.caller, right, known.id if known else ""):
        raise GRAPH_FORBIDDEN.of()
    body = read(call, ApplicationBody, shapes.APPLICATION_PROPERTIES)
    if known:
        rules.change_application(world, known, body)
        return Reply(status=204)
    made = rules.add_application(world, body, owner=call.caller.object_id, unique_name=name)
    return Reply(status=201, body=query.one(world, call, KIND, shapes.application(made)))


def remove_application(world: World, call: Call) -> Reply:
    rules.remove_application(world, _known(world, call))
    return Reply(status=204)


def add_password(world: World, call: Call) -> Reply:
    made = rules.add_password(world, _known(world, call), call.json(PasswordBody).password_credential)
    return Reply(body=shapes.password(made) | {"secretText": made.secret})


def remove_password(world: World, call: Call) -> Reply:
    rules.remove_password(world, _known(world, call), call.json(KeyBody).key_id)
    return Reply(status=204)


def _known(world: World, call: Call) -> Application:
    if name := call.params.get("unique_name"):
        if found := rules.application_of_name(world, name.replace("''", "'")):
            return found
        raise GRAPH_NOT_FOUND.of(id=name)
    by_app_id = call.params.get("app_id")
    return rules.application(world, f"appid={by_app_id}" if by_app_id else call.params["id"])


WRITE = Right.WRITE_APPLICATIONS
ONE = "/v1.0/applications/{id}"
KEYED = "/v1.0/applications(appId='{app_id}')"
NAMED = "/v1.0/applications(uniqueName='{unique_name}')"

ROUTES: list[Route] = [
    guarded("GET", "/v1.0/applications", list_applications),
    guarded("POST", "/v1.0/applications", add_application, Right.CREATE_APPLICATIONS),
    guarded("GET", KEYED, get_application),
    guarded("PATCH", KEYED, change_application, WRITE),
    guarded("DELETE", KEYED, remove_application, WRITE),
    guarded("POST", f"{KEYED}/addPassword", add_password, WRITE),
    guarded("GET", NAMED, get_application),
    Route("PATCH", NAMED, put_application),
    guarded("DELETE", NAMED, remove_application, WRITE),
    guarded("GET", ONE, get_application),
    guarded("PATCH", ONE, change_application, WRITE),
    guarded("DELETE", ONE, remove_application, WRITE),
    guarded("POST", f"{ONE}/addPassword", add_password, WRITE),
    guarded("POST", f"{ONE}/removePassword", remove_password, WRITE),
]
