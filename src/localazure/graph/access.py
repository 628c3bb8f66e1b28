"""Who may do what in the directory, in thin: app roles of applications, directory roles of people, owners.

https://learn.microsoft.com/graph/permissions-reference
"""

from dataclasses import dataclass
from enum import StrEnum

from localazure.audiences import GRAPH as AUDIENCES
from localazure.auth import WrongAudience, bearer, caller_of
from localazure.entra.clients import principal_of
from localazure.entra.first_party import APPLICATION_WRITE, ASSIGNMENT_WRITE, DIRECTORY_READ, GRAPH_APP_ID, GRAPH_ROLES
from localazure.entra.tokens import InvalidToken
from localazure.errors import GRAPH_BAD_TOKEN, GRAPH_FORBIDDEN, GRAPH_NO_TOKEN
from localazure.graph import keys
from localazure.pipeline import Call, Caller, Handler, Reply
from localazure.routing import Route
from localazure.world import World

OWNED_ONLY = "Application.ReadWrite.OwnedBy"
ALL = "Directory.ReadWrite.All"
IMPERSONATION = "user_impersonation"  # a token for the local cloud as a whole, as az uses it


class Right(StrEnum):
    READ = "read"
    CREATE_APPLICATIONS = "create applications"
    WRITE_APPLICATIONS = "write applications"
    ASSIGN = "assign"


ENOUGH = {
    Right.READ: {DIRECTORY_READ, ALL, APPLICATION_WRITE, "Application.Read.All", "User.Read.All", OWNED_ONLY},
    Right.CREATE_APPLICATIONS: {APPLICATION_WRITE, ALL, OWNED_ONLY},
    Right.WRITE_APPLICATIONS: {APPLICATION_WRITE, ALL},
    Right.ASSIGN: {ASSIGNMENT_WRITE},
}


@dataclass(frozen=True)
class Guarded(Route):
    right: Right


def guarded(method: str, template: str, handle: Handler, right: Right = Right.READ) -> Guarded:
    def checked(world: World, call: Call) -> Reply:
        if not may(world, call.caller, right, keys.find(world, call)):
            raise GRAPH_FORBIDDEN.of()
        reply = handle(world, call)
        assert isinstance(reply, Reply)
        return reply

    return Guarded(method, template, checked, right)


def authenticate(world: World, call: Call) -> Caller:
    token = bearer(call)
    if token is None:
        raise GRAPH_NO_TOKEN.of()
    try:
        return caller_of(world, token, AUDIENCES | {world.addresses.url})
    except WrongAudience as error:
        raise GRAPH_BAD_TOKEN.of(reason="Invalid audience") from error
    except InvalidToken as error:
        raise GRAPH_BAD_TOKEN.of(reason=error) from error


def may(world: World, caller: Caller, right: Right, target: keys.Named | None = None) -> bool:
    """`target` is what would be changed: owners may change their own."""
    if caller.object_id in world.people:
        return _person_may(world, caller, right, target)
    held = _app_roles(world, caller.object_id)
    owned = OWNED_ONLY in held and right is Right.WRITE_APPLICATIONS and _owns(caller, target)
    return owned or bool(held & ENOUGH[right])


def _person_may(world: World, caller: Caller, right: Right, target: keys.Named | None) -> bool:
    """What the person may, as far as they let the application."""
    person = world.people[caller.object_id]
    if IMPERSONATION not in caller.scopes and not caller.scopes & ENOUGH[right]:
        return False
    if right is Right.READ:
        return not person.guest
    return bool(person.directory_roles) or (right is Right.WRITE_APPLICATIONS and _owns(caller, target))


def _owns(caller: Caller, target: keys.Named | None) -> bool:
    return target is not None and caller.object_id in target.owners


def _app_roles(world: World, object_id: str) -> set[str]:
    graph = principal_of(world, GRAPH_APP_ID)
    return {
        GRAPH_ROLES[one.app_role_id]
        for one in world.app_role_assignments.all()
        if graph and one.principal_id == object_id and one.resource_id == graph.id and one.app_role_id in GRAPH_ROLES
    }
