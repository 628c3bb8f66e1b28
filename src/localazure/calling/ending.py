"""An application lets go of a call, or ends it."""

from localazure.calling import presence
from localazure.calling.model import Connection
from localazure.calling.results import APPLICATION_HUNG_UP, TERMINATED
from localazure.world import World


def hang_up(world: World, connection: Connection) -> None:
    """The application leaves. The others go on when there are two of them, or another application is there."""
    call = connection.call
    presence.release(world, connection, APPLICATION_HUNG_UP)
    if call.held_by() or len(call.talking()) > 1:
        presence.changed(world, call)
    else:
        presence.end(world, call, APPLICATION_HUNG_UP)


def terminate(world: World, connection: Connection) -> None:
    presence.end(world, connection.call, TERMINATED)
