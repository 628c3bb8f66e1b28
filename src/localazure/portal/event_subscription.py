"""One event subscription: its settings, its handshake, and what became of every event."""

import msgspec
from starlette.responses import Response

from localazure.errors import EVENT_SUBSCRIPTION_NOT_FOUND, ServiceError
from localazure.eventgrid import burial, consent
from localazure.eventgrid.handshake import AWAITING
from localazure.portal import overview
from localazure.portal.addresses import resource
from localazure.portal.subscribing import subscription_id
from localazure.portal.visit import Visit, go
from localazure.records.events import Delivery, EventSubscription


async def show(visit: Visit) -> Response:
    return await _shown(visit)


async def remove(visit: Visit) -> Response:
    one = await _known(visit)
    try:
        await visit.do("DELETE", one.id)
    except ServiceError as error:
        return await _shown(visit, error)
    return go(resource(one.topic))


async def try_again(visit: Visit) -> Response:
    """The same settings, a new handshake."""
    one = await _known(visit)
    try:
        await visit.do("PATCH", one.id, {})
    except ServiceError as error:
        return await _shown(visit, error)
    return go(resource(one.id))


async def delivery(visit: Visit) -> Response:
    """One event with its text, its attempts and, where it was buried, its dead letter."""
    one = await _known(visit)
    found = visit.world.deliveries.get(visit.params["delivery"])
    if found is None or found.subscription != one.key:
        raise EVENT_SUBSCRIPTION_NOT_FOUND.of()
    values = {"one": one, "delivery": found, "event": _pretty(found.event.encode()), "letter": _letter(visit, found)}
    return visit.page("delivery.html", **values)


async def _known(visit: Visit) -> EventSubscription:
    """Asks first, so that only who may see it does."""
    shown = await visit.get(subscription_id(visit))
    return visit.world.event_subscriptions[shown["id"].lower()]


async def _shown(visit: Visit, refusal: ServiceError | None = None) -> Response:
    one = await _known(visit)
    awaiting = one.handshake if one.state == AWAITING else None
    values = {
        "one": one,
        "listener": overview.listener(visit.world, one),
        "deliveries": overview.newest_deliveries(visit.world, one),
        "shown": overview.SHOWN,
        "validation_url": consent.address(visit.world, one, awaiting) if awaiting else "",
    }
    return visit.page("event_subscription.html", refusal, **values)


def _letter(visit: Visit, one: Delivery) -> str:
    """The blob it lies in, with whatever was buried together; empty where there is none any more."""
    try:
        return _pretty(burial.letter(visit.world, one)) if one.buried else ""
    except OSError:
        return ""


def _pretty(text: bytes) -> str:
    return msgspec.json.format(text, indent=2).decode()
