"""Owners of applications and of service principals: https://learn.microsoft.com/graph/api/application-post-owners"""

import msgspec

from localazure.errors import GRAPH_NO_PERSON, GRAPH_NOT_FOUND, GRAPH_REFERENCE_EXISTS
from localazure.graph import keys, query, rules, shapes
from localazure.graph.access import Right, guarded
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World


class Reference(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The address of a directory object, whatever its host: its last part is the object id."""

    address: str = msgspec.field(name="@odata.id")

    @property
    def object_id(self) -> str:
        return self.address.rstrip("/").rpartition("/")[2].lower()


def list_owners(world: World, call: Call) -> Reply:
    owners = keys.known(world, call).owners
    found = [shapes.member(world, owner) for owner in owners if shapes.is_known(world, owner)]
    return Reply(body=query.answer(world, call, "directoryObjects", found))


def list_owned_applications(world: World, call: Call) -> Reply:
    """Those whose owner is the signed-in person: https://learn.microsoft.com/graph/api/user-list-ownedobjects"""
    if call.caller.object_id not in world.people:
        raise GRAPH_NO_PERSON.of()
    found = [shapes.application(one) for one in world.applications.all() if call.caller.object_id in one.owners]
    return Reply(body=query.answer(world, call, "applications", found))


def add_owner(world: World, call: Call) -> Reply:
    one, owner = keys.known(world, call), call.json(Reference).object_id
    if not shapes.is_known(world, owner):
        raise GRAPH_NOT_FOUND.of(id=owner)
    if owner in one.owners:
        raise GRAPH_REFERENCE_EXISTS.of(name="owners")
    rules.put(world, msgspec.structs.replace(one, owners=(*one.owners, owner)))
    return Reply(status=204)


def remove_owner(world: World, call: Call) -> Reply:
    one, owner = keys.known(world, call), call.params["owner"].lower()
    if owner not in one.owners:
        raise GRAPH_NOT_FOUND.of(id=owner)
    rules.put(world, msgspec.structs.replace(one, owners=tuple(each for each in one.owners if each != owner)))
    return Reply(status=204)


ROUTES: list[Route] = [
    Route("GET", "/v1.0/me/ownedObjects/microsoft.graph.application", list_owned_applications),
    *(
        route
        for kind in keys.KEYS
        for route in (
            guarded("GET", f"{kind}/{{id}}/owners", list_owners),
            guarded("POST", f"{kind}/{{id}}/owners/$ref", add_owner, Right.WRITE_APPLICATIONS),
            guarded("DELETE", f"{kind}/{{id}}/owners/{{owner}}/$ref", remove_owner, Right.WRITE_APPLICATIONS),
        )
    ),
]
