"""A route of Resource Manager with the action that its caller must be allowed."""

from collections.abc import Awaitable
from dataclasses import dataclass

from localazure.arm import scopes
from localazure.auth import require
from localazure.pipeline import Call, Handler, Reply
from localazure.routing import Route
from localazure.world import World


@dataclass(frozen=True)
class Operation(Route):
    """`action` may name the path's parameters. See {provider}/operations of the real service for the names."""

    action: str


def operation(method: str, template: str, handle: Handler, action: str) -> Operation:
    """Answers with `handle` after the check: an unknown subscription is told before a missing right, as Azure does."""

    def checked(world: World, call: Call) -> Reply | Awaitable[Reply]:
        if "subscription" in call.params:
            scopes.known_subscription(world, call.params["subscription"])
        require(world, call, action.format(**call.params), scopes.of_path(call.path))
        return handle(world, call)

    return Operation(method, template, checked, action)
