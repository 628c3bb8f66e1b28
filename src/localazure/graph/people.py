"""Users, the signed-in one, the organisation: https://learn.microsoft.com/graph/api/resources/user"""

import msgspec

from localazure.clock import timestamp
from localazure.errors import GRAPH_NO_PERSON, GRAPH_NOT_FOUND
from localazure.graph import query, shapes
from localazure.graph.access import guarded
from localazure.graph.shapes import Json
from localazure.pipeline import Call, Reply
from localazure.records.people import Person
from localazure.routing import Route
from localazure.world import World


class IdsBody(msgspec.Struct, kw_only=True):
    ids: list[str]
    types: list[str] = []


def list_users(world: World, call: Call) -> Reply:
    return Reply(body=query.answer(world, call, "users", [shapes.user(one) for one in world.people.all()]))


def get_user(world: World, call: Call) -> Reply:
    return Reply(body=query.one(world, call, "users", shapes.user(person(world, call.params["id"]))))


def get_me(world: World, call: Call) -> Reply:
    """An application is nobody."""
    found = world.people.get(call.caller.object_id)
    if found is None:
        raise GRAPH_NO_PERSON.of()
    return Reply(body=query.one(world, call, "users", shapes.user(found)))


def list_organization(world: World, call: Call) -> Reply:
    return Reply(body=query.answer(world, call, "organization", [_organization(world)]))


def get_by_ids(world: World, call: Call) -> Reply:
    """What az asks to name the principals of role assignments; unknown ids are left out."""
    wanted = [one.lower() for one in call.json(IdsBody).ids]
    found = [shapes.member(world, one) for one in wanted if shapes.is_known(world, one)]
    return Reply(body=query.answer(world, call, "directoryObjects", found))


def person(world: World, key: str) -> Person:
    """By object id or user name."""
    for one in world.people.all():
        if key.lower() in {one.id, one.user_name}:
            return one
    raise GRAPH_NOT_FOUND.of(id=key)


def _organization(world: World) -> Json:
    one = world.tenants[world.seed.tenant_id]
    return {
        "id": one.id,
        "displayName": one.display_name,
        "countryLetterCode": "PL",
        "createdDateTime": timestamp(world.seed.made_at),
        "tenantType": "AAD",
        "verifiedDomains": [
            {"capabilities": "Email", "isDefault": True, "isInitial": True, "name": one.domain, "type": "Managed"}
        ],
    }


ROUTES: list[Route] = [
    guarded("GET", "/v1.0/users", list_users),
    guarded("GET", "/v1.0/users/{id}", get_user),
    Route("GET", "/v1.0/me", get_me),
    guarded("GET", "/v1.0/organization", list_organization),
    guarded("POST", "/v1.0/directoryObjects/getByIds", get_by_ids),
]
