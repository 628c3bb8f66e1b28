"""The way from a call to where it is heard. numpy and all that needs it are loaded by the first call: most clouds never
see one, and their start must not wait for it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from localazure.calling.model import Call, Connection, Leg
from localazure.records.calling import Step
from localazure.world import World

if TYPE_CHECKING:
    from localazure.calling.stage import Stage

# Seconds of sound that a moved clock brings at once: of a call, as nobody's is tested for longer, and of all together.
MOST_FORWARD, MOST_TOGETHER = 600.0, 2400.0


def stage(world: World, call: Call) -> "Stage":
    """Made when it is first asked for."""
    from localazure.calling.stage import Stage
    from localazure.media.metronome import Metronome

    if call.stage is None:
        if world.calls.metronome is None:
            world.calls.metronome = Metronome(world.background.spawn)
        call.stage = Stage(world.calls.metronome)
    return call.stage


def enter(world: World, leg: Leg, hang_up: Callable[[], None]) -> None:
    from localazure.calling import attending

    attending.enter(stage(world, leg.call), leg, hang_up)


def move(world: World, leg: Leg, call: Call) -> None:
    """To where another call is heard; what it does goes on."""
    if leg.call.stage and (party := leg.call.stage.leave(leg.raw_id)):
        stage(world, call).enter(leg.raw_id, party, muted=leg.muted, held=leg.held)


def begin_streams(world: World, connection: Connection) -> None:
    """Of sound and of text, where the application wished for them as it took the call."""
    if connection.stream:
        from localazure.calling import streams

        streams.begin(world, connection)
    if connection.transcript:
        from localazure.calling import transcribing

        transcribing.begin(world, connection)


def end_recordings(world: World, call: Call) -> None:
    if world.calls.recordings:
        from localazure.calling import recordings

        recordings.end(world, call)


def let_go(connection: Connection) -> None:
    """Nothing plays or listens for the application any more."""
    if connection.operations:
        connection.operations.drop()
    if connection.stream and connection.stream.socket:
        connection.stream.socket.stop()
    if connection.transcript and connection.transcript.on:
        connection.transcript.on.set()


def add(leg: Leg, steps: Sequence[Step]) -> None:
    """More for a party to do, now or once it is in the call. The steps are known to be fit."""
    if leg.performer:
        leg.performer.add(steps)
    else:
        leg.steps.extend(steps)


def unfit(steps: Sequence[Step]) -> str:
    """Why a step cannot be done; empty where all can."""
    from centrala_sound.wav import UnfitSound
    from localazure.calling import performing

    for number, step in enumerate(steps, 1):
        try:
            performing.fit([step])
        except UnfitSound as error:
            return f"Step {number}: {error}"
    return ""


def forward(world: World, seconds: float) -> None:
    """A moved clock moves the sound of all calls, beat by beat; of many calls less, or it would take too long."""
    stages = [call.stage for call in world.calls if call.stage and not call.over]
    for stage in stages:
        stage.forward(min(seconds, MOST_FORWARD, MOST_TOGETHER / len(stages)))
