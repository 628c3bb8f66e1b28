"""Owners of applications and of service principals: https://learn.microsoft.com/graph/api/application-post-owners"""

from typing import TypeVar

import msgspec

from localazure.errors import GRAPH_NO_PERSON, GRAPH_NOT_FOUND, GRAPH_REFERENCE_EXISTS
from localazure.graph import keys, query, shapes
from localazure.graph.access import Right, guarded
from localazure.graph.shapes import Json
from localazure.pipeline import Call, Reply
from localazure.records.directory import Application, ServicePrincipal
from localazure.routing import Route
from localazure.world import World

Owned = TypeVar("Owned", Application, ServicePrincipal)


class Reference(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The address of a directory object, whatever its host: its last part is the object id."""

    address: str = msgspec.field(name="@odata.id")

    @property
    def object_id(self) -> str:
        return self.address.rstrip("/").rpartition("/")[2].lower()


def list_of_application(world: World, call: Call) -> Reply:
    return _list(world, call, keys.application(world, call))


def list_of_principal(world: World, call: Call) -> Reply:
    return _list(world, call, keys.principal(world, call))


def list_owned_applications(world: World, call: Call) -> Reply:
    """Those whose owner is the signed-in person: https://learn.microsoft.com/graph/api/user-list-ownedobjects"""
    if call.caller.object_id not in world.people:
        raise GRAPH_NO_PERSON.of()
    found = [shapes.application(one) for one in world.applications.all() if call.caller.object_id in one.owners]
    return Reply(body=query.answer(world, call, "applications", found))


def add_to_application(world: World, call: Call) -> Reply:
    known = keys.application(world, call)
    world.applications.put(known.id, _with(world, known, call.json(Reference).object_id))
    return Reply(status=204)


def add_to_principal(world: World, call: Call) -> Reply:
    known = keys.principal(world, call)
    world.principals.put(known.id, _with(world, known, call.json(Reference).object_id))
    return Reply(status=204)


def remove_from_application(world: World, call: Call) -> Reply:
    known = keys.application(world, call)
    world.applications.put(known.id, _without(known, call.params["owner"].lower()))
    return Reply(status=204)


def remove_from_principal(world: World, call: Call) -> Reply:
    known = keys.principal(world, call)
    world.principals.put(known.id, _without(known, call.params["owner"].lower()))
    return Reply(status=204)


def _list(world: World, call: Call, one: Application | ServicePrincipal) -> Reply:
    found: list[Json] = [shapes.member(world, owner) for owner in one.owners if shapes.is_known(world, owner)]
    return Reply(body=query.answer(world, call, "directoryObjects", found))


def _with(world: World, one: Owned, owner: str) -> Owned:
    if not shapes.is_known(world, owner):
        raise GRAPH_NOT_FOUND.of(id=owner)
    if owner in one.owners:
        raise GRAPH_REFERENCE_EXISTS.of(name="owners")
    return msgspec.structs.replace(one, owners=(*one.owners, owner))


def _without(one: Owned, owner: str) -> Owned:
    if owner not in one.owners:
        raise GRAPH_NOT_FOUND.of(id=owner)
    return msgspec.structs.replace(one, owners=tuple(each for each in one.owners if each != owner))


WRITE = Right.WRITE_APPLICATIONS
APPLICATION, PRINCIPAL = f"{keys.APPLICATIONS}/{{id}}/owners", f"{keys.PRINCIPALS}/{{id}}/owners"

ROUTES: list[Route] = [
    guarded("GET", APPLICATION, list_of_application),
    guarded("POST", f"{APPLICATION}/$ref", add_to_application, WRITE),
    guarded("DELETE", f"{APPLICATION}/{{owner}}/$ref", remove_from_application, WRITE),
    Route("GET", "/v1.0/me/ownedObjects/microsoft.graph.application", list_owned_applications),
    guarded("GET", PRINCIPAL, list_of_principal),
    guarded("POST", f"{PRINCIPAL}/$ref", add_to_principal, WRITE),
    guarded("DELETE", f"{PRINCIPAL}/{{owner}}/$ref", remove_from_principal, WRITE),
]
