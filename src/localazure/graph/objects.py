"""What applications and service principals have in common.

https://learn.microsoft.com/graph/api/application-addpassword and .../serviceprincipal-addpassword
"""

from localazure.graph import keys, query, rules, shapes
from localazure.graph.access import Right, guarded
from localazure.graph.shapes import KeyBody, PasswordBody
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World

WRITE = Right.WRITE_APPLICATIONS


def get_one(world: World, call: Call) -> Reply:
    return shown(world, call, keys.known(world, call))


def remove(world: World, call: Call) -> Reply:
    rules.remove(world, keys.known(world, call))
    return Reply(status=204)


def add_password(world: World, call: Call) -> Reply:
    made = rules.add_password(world, keys.known(world, call), call.json(PasswordBody).password_credential)
    return Reply(body=shapes.password(made) | {"secretText": made.secret})


def remove_password(world: World, call: Call) -> Reply:
    rules.remove_password(world, keys.known(world, call), call.json(KeyBody).key_id)
    return Reply(status=204)


def shown(world: World, call: Call, one: keys.Named, status: int = 200) -> Reply:
    return Reply(status=status, body=query.one(world, call, keys.kind(one), shapes.shown(world, one)))


ROUTES: list[Route] = [
    route
    for kind in keys.KEYS
    for route in (
        guarded("GET", f"{kind}/{{id}}", get_one),
        guarded("DELETE", f"{kind}/{{id}}", remove, WRITE),
        guarded("POST", f"{kind}/{{id}}/addPassword", add_password, WRITE),
        guarded("POST", f"{kind}/{{id}}/removePassword", remove_password, WRITE),
    )
]
