"""The path of direct routing: https://learn.microsoft.com/rest/api/communication/sip-routing/"""

from localazure.communication import sip
from localazure.communication.patching import merge_patch
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World


def get(world: World, call: Call) -> Reply:
    return Reply(body=sip.shape(sip.configuration(world, call.caller.resource)))


def patch(world: World, call: Call) -> Reply:
    return Reply(body=sip.shape(sip.change(world, call.caller.resource, merge_patch(call, sip.PatchBody))))


ROUTES = [Route("GET", "/sip", get), Route("PATCH", "/sip", patch)]
