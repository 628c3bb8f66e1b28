"""The paths of recordings. What does it is loaded with the first request: it needs numpy."""

from localazure.calling.recording_bodies import StartBody
from localazure.calling.repeating import repeatable
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World

ALL = "/calling/recordings"
ONE = f"{ALL}/{{recording}}"


@repeatable
def start(world: World, call: Call) -> Reply:
    from localazure.calling import recordings

    return Reply(body=recordings.shape(recordings.start(world, call.caller.resource, call.json(StartBody))))


def get(world: World, call: Call) -> Reply:
    from localazure.calling import recordings

    return Reply(body=recordings.shape(recordings.find(world, call.caller.resource, call.params["recording"])))


def stop(world: World, call: Call) -> Reply:
    from localazure.calling import recordings

    recordings.stop(world, recordings.find(world, call.caller.resource, call.params["recording"]))
    return Reply(status=204)


def pause(world: World, call: Call) -> Reply:
    from localazure.calling import recordings

    recordings.pause(world, recordings.find(world, call.caller.resource, call.params["recording"]))
    return Reply(status=202)


def resume(world: World, call: Call) -> Reply:
    from localazure.calling import recordings

    recordings.resume(world, recordings.find(world, call.caller.resource, call.params["recording"]))
    return Reply(status=202)


ROUTES = [
    Route("POST", ALL, start),
    Route("POST", f"{ONE}:pause", pause),
    Route("POST", f"{ONE}:resume", resume),
    Route("GET", ONE, get),
    Route("DELETE", ONE, stop),
]
