"""Whom the portal takes for signed in: one of the directory's people, Adam until somebody else is chosen."""

from starlette.requests import Request

from localazure.arm import roles
from localazure.records.people import Person
from localazure.world import World

COOKIE = "localazure_person"
FIRST = "adam"


def short_name(person: Person) -> str:
    return person.user_name.partition("@")[0]


def person_of(world: World, request: Request) -> Person:
    """The cookie's; one that names nobody counts as none."""
    return find(world, request.cookies.get(COOKIE, "")) or find(world, FIRST) or world.people.all()[0]


def find(world: World, name: str) -> Person | None:
    return next((one for one in world.people.all() if short_name(one) == name), None)


def role_of(world: World, person: Person) -> str:
    """The names of the roles in the subscription, empty where there are none."""
    held = (roles.definition(world, one.role) for one in world.role_assignments.of(person.id))
    return ", ".join(one.name for one in held if one)
