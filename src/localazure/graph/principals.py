"""Service principals: https://learn.microsoft.com/graph/api/resources/serviceprincipal"""

from localazure.graph import keys, query, rules, shapes
from localazure.graph.access import Right, guarded
from localazure.graph.bodies import read
from localazure.graph.objects import shown
from localazure.graph.shapes import PrincipalBody, PrincipalChange
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World


def list_principals(world: World, call: Call) -> Reply:
    found = [shapes.principal(world, one) for one in world.principals.all()]
    return Reply(body=query.answer(world, call, "servicePrincipals", found))


def add_principal(world: World, call: Call) -> Reply:
    body = read(call, PrincipalBody, shapes.PRINCIPAL_PROPERTIES)
    return shown(world, call, rules.add_principal(world, body.app_id, owner=call.caller.object_id), 201)


def change_principal(world: World, call: Call) -> Reply:
    body = read(call, PrincipalChange, shapes.PRINCIPAL_PROPERTIES)
    rules.change_principal(world, keys.principal(world, call), body)
    return Reply(status=204)


ROUTES: list[Route] = [
    guarded("GET", keys.PRINCIPALS, list_principals),
    guarded("POST", keys.PRINCIPALS, add_principal, Right.CREATE_APPLICATIONS),
    guarded("PATCH", f"{keys.PRINCIPALS}/{{id}}", change_principal, Right.WRITE_APPLICATIONS),
]
