"""Who comes into a call and who leaves it, and when a call is over."""

from localazure.calling import callbacks, scripts
from localazure.calling.model import Call, Connection, ConnectionState, Leg, LegState
from localazure.calling.results import CALLER_HUNG_UP, Result
from localazure.calling.shapes import participants
from localazure.world import World


def enter(world: World, call: Call, leg: Leg) -> None:
    """The party is in the call from now on, and what its script says begins."""
    leg.state, leg.since = LegState.CONNECTED, world.clock.now()
    world.background.spawn(scripts.follow(world, call, leg, lambda: hang_up(world, call, leg)))


def hang_up(world: World, call: Call, leg: Leg) -> None:
    """The party itself ends it."""
    leave(world, call, leg, CALLER_HUNG_UP)


def leave(world: World, call: Call, leg: Leg, result: Result) -> None:
    """Whatever the reason; the others hear of it, or the call is over when nobody is left to talk to."""
    if leg.state is LegState.GONE:
        return
    was_in = leg.state is LegState.CONNECTED
    _gone(leg, result)
    if not call.over and not _goes_on(call):
        end(world, call, result)
    elif was_in:
        changed(world, call)


def changed(world: World, call: Call) -> None:
    """Tells every application who is in the call now."""
    for connection in call.held_by():
        if connection.state is not ConnectionState.CONNECTING:
            connection.sequence += 1
            data = {"sequenceNumber": connection.sequence, "participants": participants(call)}
            callbacks.tell(world, connection, "ParticipantsUpdated", data)


def established(world: World, connection: Connection) -> None:
    """The application has its call: it is told so, then who is in it."""
    connection.state = ConnectionState.CONNECTED
    callbacks.tell(world, connection, "CallConnected", context=connection.context)
    changed(world, connection.call)


def release(world: World, connection: Connection, result: Result) -> None:
    """The application has the call no longer; whether it goes on without is left to whoever asks for this."""
    if connection.open:
        connection.state = ConnectionState.DISCONNECTED
        callbacks.tell(world, connection, "CallDisconnected", result=result, context=connection.context)


def end(world: World, call: Call, result: Result) -> None:
    """For everyone."""
    if call.over:
        return
    call.ended_at, call.result, call.offer = world.clock.now(), result, None
    for leg in call.alive():
        _gone(leg, result)
    for connection in call.held_by():
        release(world, connection, result)


def _gone(leg: Leg, result: Result) -> None:
    leg.state, leg.result, leg.decided = LegState.GONE, result, None
    leg.changed.ring()


def _goes_on(call: Call) -> bool:
    return len(call.alive()) >= (1 if call.held_by() else 2)
