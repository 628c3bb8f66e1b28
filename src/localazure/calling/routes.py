"""Call Automation's paths: https://learn.microsoft.com/rest/api/communication/callautomation/"""

from localazure.calling import answering, ending, finding, shapes
from localazure.calling.bodies import AnswerBody, RejectBody
from localazure.calling.repeating import repeatable
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World

CALLS = "/calling/callConnections"
ONE = f"{CALLS}/{{connection}}"


@repeatable
def answer(world: World, call: Call) -> Reply:
    return Reply(body=shapes.properties(answering.answer(world, call.caller.resource, call.json(AnswerBody))))


@repeatable
def reject(world: World, call: Call) -> Reply:
    answering.reject(world, call.caller.resource, call.json(RejectBody))
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


# A connection's id has no colon, so the operations on one come first.
ROUTES = [
    Route("POST", f"{CALLS}:answer", answer),
    Route("POST", f"{CALLS}:reject", reject),
    Route("POST", f"{ONE}:terminate", terminate),
    Route("GET", ONE, get),
    Route("DELETE", ONE, hang_up),
]
