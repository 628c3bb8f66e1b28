"""Who comes into a call and who leaves it, and when a call is over."""

from localazure.calling import callbacks, sound
from localazure.calling.model import Call, Connection, ConnectionState, Leg, LegState
from localazure.calling.results import CALLER_GAVE_UP, CALLER_HUNG_UP, Result
from localazure.calling.shapes import participants
from localazure.world import World

ANSWERED, CALLED_OFF = 200, 487  # SIP's words


def enter(world: World, leg: Leg) -> None:
    """The party is in its call from now on, and what its script says begins."""
    leg.state, leg.since, leg.decided = LegState.CONNECTED, world.clock.now(), None
    if leg.way:
        leg.way.settle(ANSWERED)
    sound.enter(world, leg, lambda: hang_up(world, leg))
    if leg.handset:
        leg.handset.changed()


def answered(world: World, call: Call) -> None:
    """Its caller is in it from now on."""
    brings, call.brings = call.brings, None
    if brings:
        brings(None)
    else:
        enter(world, call.legs[call.caller])


def hang_up(world: World, leg: Leg) -> None:
    """The party itself ends it."""
    leave(world, leg, CALLER_HUNG_UP)


def leave(world: World, leg: Leg, result: Result) -> None:
    """Whatever the reason; the others hear of it, or the call is over when nobody is left to talk to."""
    if leg.state is LegState.GONE:
        return
    was_in, call = leg.state is LegState.CONNECTED, leg.call
    gone(world, leg, result)
    settle(world, call, result)
    if was_in and not call.over:
        changed(world, call)


def gone(world: World, leg: Leg, result: Result) -> None:
    """Without a word to anybody."""
    if leg.way:
        leg.way.settle(result.code if result.code > ANSWERED else CALLED_OFF)
    leg.state, leg.since, leg.result, leg.decided = LegState.GONE, world.clock.now(), result, None
    if leg.call.stage:
        leg.call.stage.leave(leg.raw_id)
    if leg.handset:
        leg.handset.changed()
    towards, leg.towards = leg.towards, None
    if towards:
        end(world, towards, CALLER_GAVE_UP)


def move(world: World, leg: Leg, call: Call) -> None:
    """From one call into another; what it does there goes on."""
    sound.move(world, leg, call)
    del leg.call.legs[leg.raw_id]
    leg.call = call
    call.legs[leg.raw_id] = leg


def settle(world: World, call: Call, result: Result) -> None:
    """A call that has lost somebody ends where nobody is left: an application needs one party, parties each other."""
    if not call.over and len(call.alive()) < (1 if call.held_by() else 2):
        end(world, call, result)


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
    sound.begin_streams(world, connection)


def release(world: World, connection: Connection, result: Result) -> None:
    """The application has the call no longer; whether it goes on without is left to whoever asks for this."""
    if connection.open:
        connection.state = ConnectionState.DISCONNECTED
        sound.let_go(connection)
        callbacks.tell(world, connection, "CallDisconnected", result=result, context=connection.context)


def end(world: World, call: Call, result: Result) -> None:
    """For everyone."""
    if call.over:
        return
    call.ended_at, call.result, call.offer = world.clock.now(), result, None
    brings, call.brings = call.brings, None
    if brings:
        brings(result)
    sound.end_recordings(world, call)
    for leg in call.alive():
        gone(world, leg, result)
    for connection in call.held_by():
        release(world, connection, result)
    if call.stage:
        call.stage.close()
