"""The paths of direct routing: https://learn.microsoft.com/rest/api/communication/sip-routing/"""

import re

from localazure.communication import sip, sip_shapes
from localazure.communication.matching import match
from localazure.communication.patching import merge_patch
from localazure.communication.sip_shapes import ConfigurationBody, PatchBody
from localazure.errors import SIP_INVALID_EXPAND, SIP_INVALID_TARGET, UNSUPPORTED_API_VERSION
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World

HEALTH = "trunks/health"
NUMBER = re.compile(r"\+?[0-9]{1,24}")
NOTE = "x-localazure-note"  # what an answer of Azure's has no place for


def get(world: World, call: Call) -> Reply:
    """Also how the trunks are, where a preview is asked to expand it."""
    level = _level(call)
    expand = call.query.get("expand") if level else None
    if expand is not None and expand.lower() != HEALTH:
        raise SIP_INVALID_EXPAND.of()
    known = sip.configuration(world, call.caller.resource)
    return Reply(body=sip_shapes.shape(world, known, level, healthy=expand is not None))


def patch(world: World, call: Call) -> Reply:
    body = merge_patch(call, PatchBody)
    body.check(_level(call))
    changed = sip.change(world, call.caller.resource, body)
    return Reply(body=sip_shapes.shape(world, changed, _level(call)))


def try_number(world: World, call: Call) -> Reply:
    """Which routes a number would take. A pattern that had to be stopped is named in a header of ours."""
    level, number = _level(call), call.query.get("targetphonenumber", "").replace(" ", "+")
    if not level:
        raise UNSUPPORTED_API_VERSION.of(path=call.path, version=call.query["api-version"])
    if not NUMBER.fullmatch(number):
        raise SIP_INVALID_TARGET.of()
    asked = call.json(ConfigurationBody) if call.body else None
    if asked:
        asked.check(level)
    found = match(sip.to_be_tried(world, call.caller.resource, asked), number)
    note = {NOTE: " ".join(found.stopped)[:2000]} if found.stopped else {}
    return Reply(body={"matchingRoutes": [sip_shapes.route_shape(one, level) for one in found.routes]}, headers=note)


def _level(call: Call) -> int:
    return sip_shapes.level(call.query["api-version"])


ROUTES = [
    Route("GET", "/sip", get),
    Route("PATCH", "/sip", patch),
    Route("POST", "/sip:testRoutesWithNumber", try_number),
]
