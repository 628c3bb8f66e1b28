"""The AI resource that says texts and understands speech: a call has none unless it named one that is linked.

https://learn.microsoft.com/azure/communication-services/concepts/call-automation/azure-communication-services-azure-cognitive-services-integration
"""

from collections.abc import Sequence

from localazure.calling.errors import INVALID_CALL, NO_AI
from localazure.calling.media_bodies import PlaySource
from localazure.calling.model import Connection
from localazure.world import World


def check_sources(world: World, connection: Connection, sources: Sequence[PlaySource]) -> None:
    """Raises what the service answers to a source without its part, and to a text that nobody can say."""
    for one in sources:
        if getattr(one, one.kind) is None:
            raise INVALID_CALL.of(reason=f"A play source of the kind {one.kind} has no {one.kind}.")
        if one.kind != "file":
            check(world, connection)


def check(world: World, connection: Connection) -> None:
    if not linked(world, connection):
        raise NO_AI.of()


def linked(world: World, connection: Connection) -> bool:
    return bool(connection.ai) and key(connection.call.resource, connection.ai) in world.ai_resources


def key(resource: str, endpoint: str) -> str:
    return f"{resource} {endpoint.rstrip('/').lower()}"
