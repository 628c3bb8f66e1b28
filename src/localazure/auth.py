"""Who is calling: bearer tokens of the local Entra, and Communication Services' request signatures."""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection
from datetime import timedelta
from urllib.parse import unquote

from localazure.arm import roles
from localazure.clock import http_date, real_time
from localazure.entra import tokens
from localazure.errors import DENIED, FORBIDDEN, READ_ONLY_SUBSCRIPTION
from localazure.pipeline import Call, Caller
from localazure.records.resources import CommunicationService
from localazure.same import same
from localazure.world import World

SKEW = timedelta(minutes=15)
SIGNATURE = re.compile(r"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=(?P<value>\S+)")
RESOURCE_HOST = re.compile(r"(?P<name>[^.:]+)\.communication\.localhost(:\d+)?", re.IGNORECASE)

SUBSCRIPTION = re.compile(r"/subscriptions/(?P<id>[^/]+)", re.IGNORECASE)
HARMLESS = re.compile(r"/(read|delete|(list|get|check)\w*/action)$", re.IGNORECASE)


class WrongAudience(tokens.InvalidToken):
    """The token is genuine, but for something else."""


def bearer(call: Call) -> str | None:
    """The token of the Authorization header, None where there is none."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def caller_of(world: World, token: str, audiences: Collection[str]) -> Caller:
    """Raises InvalidToken, ExpiredToken or WrongAudience. A slash at the audience's end makes no difference."""
    claims = tokens.read(world, token)
    if str(claims["aud"]).rstrip("/") not in audiences:
        raise WrongAudience(str(claims["aud"]))
    person = world.people.get(str(claims.get("oid", "")))
    return Caller(
        object_id=str(claims.get("oid", "")),
        app_id=str(claims.get("appid") or claims.get("azp", "")),
        user_name=person.user_name if person else "",
        scopes=frozenset(str(claims.get("scp", "")).split()),
    )


def require(world: World, call: Call, action: str, scope: str) -> None:
    """Refuses a caller without a role for the action, and what would change a disabled subscription."""
    caller = call.caller
    if not roles.allowed(world, caller.object_id, action, scope):
        client = caller.user_name or caller.app_id
        raise FORBIDDEN.of(client=client, object=caller.object_id, action=action, scope=scope)
    if subscription := SUBSCRIPTION.match(scope):
        _check_state(world, subscription["id"], action)


def _check_state(world: World, subscription_id: str, action: str) -> None:
    """A disabled subscription can be read and emptied."""
    found = world.subscriptions.get(subscription_id.lower())
    if found and found.state == "Disabled" and not HARMLESS.search(action):
        raise READ_ONLY_SUBSCRIPTION.of(subscription=found.id)


def signed_by(world: World, call: Call, *, hosts: Collection[str] = ()) -> CommunicationService:
    """The resource whose key signed the request; it may have been for one of `hosts` instead. Raises a 401.

    https://learn.microsoft.com/azure/communication-services/tutorials/hmac-header-tutorial
    """
    match = SIGNATURE.fullmatch(call.headers.get("authorization", ""))
    if match is None:
        raise DENIED.of(reason="The Authorization header is missing or malformed.")
    _check_date(call.headers.get("x-ms-date", ""))
    digest = base64.b64encode(hashlib.sha256(call.body).digest()).decode()
    if not same(digest, call.headers.get("x-ms-content-sha256", "")):
        raise DENIED.of(reason="The content hash does not match the body.")
    for resource in named_by_host(world, call):
        if any(_signed_with(resource, call, host, match["value"]) for host in (call.headers.get("host", ""), *hosts)):
            return _local_auth_allowed(resource)
    raise DENIED.of(reason="The signature does not match.")


def named_by_host(world: World, call: Call) -> list[CommunicationService]:
    """The resource in the Host header's first label; all of them when the host names none."""
    match = RESOURCE_HOST.fullmatch(call.headers.get("host", ""))
    everything = world.communication.all()
    return [one for one in everything if one.name.lower() == match["name"].lower()] if match else everything


def _check_date(date: str) -> None:
    try:
        late = abs(real_time() - http_date(date))
    except ValueError:
        raise DENIED.of(reason="The x-ms-date header is missing or malformed.") from None
    if late > SKEW:
        raise DENIED.of(reason="The request's date is more than 15 minutes away from the service's.")


def _signed_with(resource: CommunicationService, call: Call, host: str, signature: str) -> bool:
    """Clients sign the path as sent or decoded: Microsoft's asynchronous ones decode it."""
    rest = ";".join([call.headers.get("x-ms-date", ""), host, call.headers.get("x-ms-content-sha256", "")])
    return any(
        same(_signature(key, f"{call.method}\n{target}\n{rest}"), signature)
        for key in (resource.primary_key, resource.secondary_key)
        for target in {call.target, unquote(call.target)}
    )


def _signature(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(base64.b64decode(key), text.encode(), "sha256")).decode()


def _local_auth_allowed(resource: CommunicationService) -> CommunicationService:
    if resource.disable_local_auth:
        raise DENIED.of(reason="Access keys are disabled on this resource.")
    return resource
