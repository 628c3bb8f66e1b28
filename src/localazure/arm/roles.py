"""Who may do what in Resource Manager.

https://learn.microsoft.com/azure/role-based-access-control/role-definitions
"""

import re
from functools import lru_cache

from localazure.arm.builtin import BUILT_IN
from localazure.records.directory import RoleAssignment
from localazure.records.roles import Permission, RoleDefinition
from localazure.world import World


def definition(world: World, role: str) -> RoleDefinition | None:
    """By the bare id, built-in or made here."""
    return BUILT_IN.get(role) or world.role_definitions.get(role)


def definitions(world: World) -> list[RoleDefinition]:
    return [*BUILT_IN.values(), *world.role_definitions.all()]


def within(scope: str, outer: str) -> bool:
    """Whether `scope` is `outer` or lies below it, whatever their case."""
    return f"{scope.lower().rstrip('/')}/".startswith(f"{outer.lower().rstrip('/')}/")


def held(world: World, principal: str, scope: str) -> list[RoleAssignment]:
    """The principal's assignments at the scope, inherited ones included."""
    return [one for one in world.role_assignments.of(principal) if within(scope, one.scope)]


def forget(world: World, scope: str) -> None:
    """Assignments end with what they were made on."""
    for key, one in world.role_assignments.items():
        if within(one.scope, scope):
            world.role_assignments.remove(key)


def permissions(world: World, principal: str, scope: str) -> list[Permission]:
    roles = [definition(world, one.role) for one in held(world, principal, scope)]
    return [permission for role in roles if role for permission in role.permissions]


def allowed(world: World, principal: str, action: str, scope: str) -> bool:
    """One entry must name the action and not take it back: another entry's notActions take nothing away."""
    return any(
        _named(action, one.actions) and not _named(action, one.not_actions)
        for one in permissions(world, principal, scope)
    )


def data_allowed(world: World, principal: str, action: str, scope: str) -> bool:
    return any(
        _named(action, one.data_actions) and not _named(action, one.not_data_actions)
        for one in permissions(world, principal, scope)
    )


def visible(world: World, principal: str, scope: str) -> bool:
    """Whether the principal has a role at the scope, above it, or somewhere below it."""
    return any(within(scope, one.scope) or within(one.scope, scope) for one in world.role_assignments.of(principal))


def _named(action: str, patterns: tuple[str, ...]) -> bool:
    return any(_pattern(one).fullmatch(action) for one in patterns)


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*"), re.IGNORECASE)
