"""One request to a subscription's endpoint, and what follows from the answer."""

import msgspec

from localazure.errors import ServiceError
from localazure.eventgrid import burial, envelopes, requests, schedule, trouble
from localazure.eventgrid.journal import finish, finish_all
from localazure.eventgrid.probation import Probation
from localazure.eventgrid.webhook import Answer
from localazure.records.events import Attempt, Delivery, DeliveryState, EventSubscription, Settings
from localazure.world import World


async def carry(world: World, key: str, batch: list[str], probation: Probation) -> list[Delivery]:
    """One request for the batch, which shares its fate. Returns the deliveries that something more happens to."""
    subscription = world.event_subscriptions.get(key)
    deliveries = [one for name in batch if (one := world.deliveries.get(name))]
    if subscription is None or subscription.settings is None:
        finish_all(world, deliveries, DeliveryState.DROPPED, reason="SubscriptionGone")
        return []
    settings = subscription.settings
    alive, late = _sorted(world, deliveries, settings)
    if not alive:
        return late
    started = world.clock.now()
    answer = trouble.answer(world, key) or await _send(world, subscription, settings, alive)
    outcome = answer.failure if answer.status is None else schedule.outcome(answer.status)
    attempt = Attempt(at=started, status=answer.status, outcome=outcome)
    probation.judge(outcome, delivered=answer.status in schedule.SUCCESS, now=world.clock.now())
    return [*late, *_recorded(world, alive, settings, attempt)]


async def _send(
    world: World, subscription: EventSubscription, settings: Settings, deliveries: list[Delivery]
) -> Answer:
    destination, leader, schema = settings.destination, deliveries[0], settings.schema
    batched = destination.max_events > 1
    texts = [envelopes.text(one, schema) for one in deliveries]
    what = requests.kind("Notification", schema, batched=batched, data_version=leader.data_version)
    try:
        headers = requests.headers(world, subscription, destination, what, attempts=len(leader.attempts))
    except ServiceError:
        return Answer(status=None, failure="Unauthorized")
    headers["aeg-output-event-id"] = leader.event_id
    headers |= requests.attribute_headers(destination, leader.event)
    return await world.webhooks.send("POST", destination.url, headers, envelopes.body(texts, schema, batched=batched))


def _recorded(world: World, deliveries: list[Delivery], settings: Settings, attempt: Attempt) -> list[Delivery]:
    with world.store.transaction():
        recorded = [
            _settled(world, msgspec.structs.replace(one, attempts=(*one.attempts, attempt)), settings)
            for one in deliveries
            if one.id in world.deliveries
        ]
    return [one for one in recorded if one.due is not None]


def _settled(world: World, delivery: Delivery, settings: Settings) -> Delivery:
    verdict = schedule.after_attempt(delivery, settings, world.clock.now())
    if verdict.next_try is not None:
        return world.deliveries.put(delivery.id, msgspec.structs.replace(delivery, next_try=verdict.next_try))
    if verdict.delivered:
        return finish(world, delivery, DeliveryState.DELIVERED)
    return _given_up(world, delivery, settings, verdict.reason)


def _given_up(world: World, delivery: Delivery, settings: Settings, reason: str) -> Delivery:
    if settings.dead_letters is None:
        return finish(world, delivery, DeliveryState.DROPPED, reason=reason)
    bury_at = world.clock.now() + burial.AFTER
    waiting = msgspec.structs.replace(delivery, next_try=None, reason=reason, bury_at=bury_at)
    return world.deliveries.put(delivery.id, waiting)


def _sorted(world: World, deliveries: list[Delivery], settings: Settings) -> tuple[list[Delivery], list[Delivery]]:
    """Those to send, and those whose time was up but that still go into their grave."""
    now = world.clock.now()
    dead = [one for one in deliveries if schedule.expired(one, settings, now)]
    if not dead:
        return deliveries, []
    with world.store.transaction():
        late = [_given_up(world, one, settings, "TimeToLiveExceeded") for one in dead]
    return [one for one in deliveries if one not in dead], [one for one in late if one.due is not None]
