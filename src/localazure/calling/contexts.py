"""The incomingCallContext: opaque to whoever gets it, sealed, and good for one offer of one call."""

import secrets

import jwt

from localazure.calling.errors import CALL_NOT_FOUND, INVALID_CONTEXT
from localazure.calling.model import Call, Offer
from localazure.world import World

FILLING = 1200  # bytes: the service's contexts are kilobytes long, and who keeps one has to have the room


def seal(world: World, call: Call, offer: Offer) -> str:
    claims = {"call": call.id, "offer": offer.id, "cc": secrets.token_urlsafe(FILLING)}
    return jwt.encode(claims, world.calls.secret, "HS256")


def ringing(world: World, resource: str, context: str) -> Call:
    """The call that still rings by this context. Raises what the service answers to any other."""
    try:
        claims = jwt.decode(context, world.calls.secret, ["HS256"])
    except jwt.InvalidTokenError:
        raise INVALID_CONTEXT.of() from None
    call = world.calls.get(claims["call"])
    if call is None or call.resource != resource or call.offer is None or call.offer.id != claims["offer"]:
        raise CALL_NOT_FOUND.of()
    return call
