"""Communication Services' paths: https://learn.microsoft.com/rest/api/communication/"""

import re
from collections.abc import Mapping

from localazure import faults
from localazure.arm.roles import allowed
from localazure.audiences import COMMUNICATION as AUDIENCES
from localazure.auth import WrongAudience, bearer, caller_of, named_by_host, signed_by
from localazure.calling.routes import ROUTES as CALLING
from localazure.communication import opt_outs, sms, versions
from localazure.communication.identity_routes import ROUTES as IDENTITIES
from localazure.communication.numbers.routes import ROUTES as NUMBERS
from localazure.communication.sip_routes import ROUTES as DIRECT_ROUTING
from localazure.communication.sms_shapes import body_type
from localazure.entra.tokens import InvalidToken
from localazure.errors import DENIED, UNSUPPORTED_API_VERSION, ServiceError
from localazure.pipeline import Call, Caller, Reply, Service
from localazure.records.resources import CommunicationService
from localazure.routing import Route, Router
from localazure.world import World

SEND = "sms.send"
# Whoever may change the resource may use it: Reader may not. https://learn.microsoft.com/azure/communication-services/concepts/authentication
WRITE = "Microsoft.Communication/CommunicationServices/write"


async def send(world: World, call: Call) -> Reply:
    items = sms.send(world, _resource(world, call), call.json(body_type(call.query["api-version"])))
    await faults.suffer(world, SEND)
    return Reply(status=202, body={"value": items})


def add_opt_outs(world: World, call: Call) -> Reply:
    return Reply(body={"value": opt_outs.add(world, _resource(world, call), _opt_outs(call))})


def remove_opt_outs(world: World, call: Call) -> Reply:
    return Reply(body={"value": opt_outs.remove(world, _resource(world, call), _opt_outs(call))})


def check_opt_outs(world: World, call: Call) -> Reply:
    return Reply(body={"value": opt_outs.check(world, _resource(world, call), _opt_outs(call))})


def authenticate(world: World, call: Call) -> Caller:
    """By signature, which names the resource, or by token."""
    token = bearer(call)
    return by_token(world, call, token) if token else Caller(resource=signed_by(world, call).key)


def envelope(error: ServiceError, call: Call) -> dict[str, object]:
    target = {"target": error.target} if error.target else {}
    inner = {"innererror": {"code": error.inner.code, "message": error.inner.text}} if error.inner else {}
    return {"error": error.body["error"] | target | inner}


def by_token(world: World, call: Call, token: str) -> Caller:
    """A token names no resource: the host does, or there is only one."""
    try:
        caller = caller_of(world, token, AUDIENCES | {world.addresses.url})
    except WrongAudience as error:
        raise DENIED.of(reason=f"The token was issued for '{error}', which is another audience.") from error
    except InvalidToken as error:
        raise DENIED.of(reason=f"{error}.") from error
    named = named_by_host(world, call)
    if len(named) != 1:
        raise DENIED.of(reason="The host does not say which resource is meant.")
    if not allowed(world, caller.object_id, WRITE, named[0].key):
        raise ServiceError(403, "Forbidden", f"The caller has no role on this resource with the action {WRITE}.")
    return Caller(object_id=caller.object_id, app_id=caller.app_id, resource=named[0].key)


def _opt_outs(call: Call) -> opt_outs.OptOutBody:
    version = call.query["api-version"]
    if version < opt_outs.SINCE:
        raise UNSUPPORTED_API_VERSION.of(path=call.path, version=version)
    return call.json(opt_outs.OptOutBody)


def _resource(world: World, call: Call) -> CommunicationService:
    return world.communication[call.caller.resource]


def _headers(call: Call) -> Mapping[str, str]:
    known = versions.supported(call.path)
    headers = {"x-ms-request-id": call.request_id} | ({"api-supported-versions": ", ".join(known)} if known else {})
    asked = call.headers.get("x-ms-client-request-id")
    return headers | ({"x-ms-client-request-id": asked} if asked else {})


ROUTES = Router(
    [
        Route("POST", "/sms", send),
        Route("POST", "/sms/optouts:add", add_opt_outs),
        Route("POST", "/sms/optouts:remove", remove_opt_outs),
        Route("POST", "/sms/optouts:check", check_opt_outs),
        *NUMBERS,
        *IDENTITIES,
        *DIRECT_ROUTING,
        *CALLING,
    ]
)

COMMUNICATION = Service(
    name="communication",
    claims=re.compile(
        r"/(sms|phoneNumbers|availablePhoneNumbers|operatorInformation|identities|teamsUser|calling|sip|chat|rooms)"
        r"(/|:|$)",
        re.IGNORECASE,
    ),
    find=ROUTES.find,
    authenticate=authenticate,
    validate=versions.check,
    envelope=envelope,
    headers=_headers,
)
