"""Service principals: https://learn.microsoft.com/graph/api/resources/serviceprincipal"""

from localazure.graph import keys, query, rules, shapes
from localazure.graph.access import Right, guarded
from localazure.graph.bodies import read
from localazure.graph.shapes import KeyBody, PasswordBody, PrincipalBody, PrincipalChange
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World

KIND = "servicePrincipals"


def list_principals(world: World, call: Call) -> Reply:
    return Reply(body=query.answer(world, call, KIND, [shapes.principal(world, one) for one in world.principals.all()]))


def add_principal(world: World, call: Call) -> Reply:
    body = read(call, PrincipalBody, shapes.PRINCIPAL_PROPERTIES)
    made = rules.add_principal(world, body.app_id, owner=call.caller.object_id)
    return Reply(status=201, body=query.one(world, call, KIND, shapes.principal(world, made)))


def get_principal(world: World, call: Call) -> Reply:
    return Reply(body=query.one(world, call, KIND, shapes.principal(world, keys.principal(world, call))))


def change_principal(world: World, call: Call) -> Reply:
    rules.change_principal(world, keys.principal(world, call), read(call, PrincipalChange, shapes.PRINCIPAL_PROPERTIES))
    return Reply(status=204)


def remove_principal(world: World, call: Call) -> Reply:
    rules.remove_principal(world, keys.principal(world, call))
    return Reply(status=204)


def add_password(world: World, call: Call) -> Reply:
    made = rules.add_password(world, keys.principal(world, call), call.json(PasswordBody).password_credential)
    return Reply(body=shapes.password(made) | {"secretText": made.secret})


def remove_password(world: World, call: Call) -> Reply:
    rules.remove_password(world, keys.principal(world, call), call.json(KeyBody).key_id)
    return Reply(status=204)


WRITE = Right.WRITE_APPLICATIONS
ONE = f"{keys.PRINCIPALS}/{{id}}"

ROUTES: list[Route] = [
    guarded("GET", keys.PRINCIPALS, list_principals),
    guarded("POST", keys.PRINCIPALS, add_principal, Right.CREATE_APPLICATIONS),
    guarded("GET", ONE, get_principal),
    guarded("PATCH", ONE, change_principal, WRITE),
    guarded("DELETE", ONE, remove_principal, WRITE),
    guarded("POST", f"{ONE}/addPassword", add_password, WRITE),
    guarded("POST", f"{ONE}/removePassword", remove_password, WRITE),
]
