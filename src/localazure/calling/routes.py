"""Call Automation's paths: https://learn.microsoft.com/rest/api/communication/callautomation/"""

from localazure.calling import answering, creating, ending, finding, shapes
from localazure.calling.bodies import AnswerBody, ConnectBody, CreateBody, RedirectBody, RejectBody
from localazure.calling.media_routes import ROUTES as MEDIA
from localazure.calling.participant_routes import ROUTES as PARTICIPANTS
from localazure.calling.paths import CALLS, ONE
from localazure.calling.recording_routes import ROUTES as RECORDINGS
from localazure.calling.repeating import repeatable
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World


@repeatable
def create(world: World, call: Call) -> Reply:
    made = creating.create(world, call.caller.resource, call.json(CreateBody))
    return Reply(status=201, body=shapes.properties(made))


@repeatable
def connect(world: World, call: Call) -> Reply:
    return Reply(body=shapes.properties(creating.connect(world, call.caller.resource, call.json(ConnectBody))))


@repeatable
def answer(world: World, call: Call) -> Reply:
    return Reply(body=shapes.properties(answering.answer(world, call.caller.resource, call.json(AnswerBody))))


@repeatable
def reject(world: World, call: Call) -> Reply:
    answering.reject(world, call.caller.resource, call.json(RejectBody))
    return Reply(status=204)


@repeatable
def redirect(world: World, call: Call) -> Reply:
    answering.redirect(world, call.caller.resource, call.json(RedirectBody))
    return Reply(status=204)


def get(world: World, call: Call) -> Reply:
    return Reply(body=shapes.properties(finding.connection(world, call)))


def hang_up(world: World, call: Call) -> Reply:
    ending.hang_up(world, finding.connection(world, call))
    return Reply(status=204)


@repeatable
def terminate(world: World, call: Call) -> Reply:
    ending.terminate(world, finding.connection(world, call))
    return Reply(status=204)


ROUTES = [
    Route("POST", CALLS, create),
    Route("POST", f"{CALLS}:connect", connect),
    Route("POST", f"{CALLS}:answer", answer),
    Route("POST", f"{CALLS}:reject", reject),
    Route("POST", f"{CALLS}:redirect", redirect),
    *PARTICIPANTS,
    *MEDIA,
    *RECORDINGS,
    Route("POST", f"{ONE}:terminate", terminate),
    Route("GET", ONE, get),
    Route("DELETE", ONE, hang_up),
]
