"""Couriers: one per event subscription, so that an endpoint that hangs delays nobody else."""

import asyncio
import heapq
from collections import Counter
from datetime import datetime

import msgspec

from localazure.bell import Bell
from localazure.errors import ServiceError
from localazure.eventgrid import requests, schedule
from localazure.eventgrid.webhook import Answer
from localazure.racing import first
from localazure.records.events import Attempt, Delivery, DeliveryState, EventSubscription, Settings
from localazure.world import World

AT_ONCE = 16  # requests under way per subscription
KEPT = 1000  # finished deliveries remembered per subscription
DAY = 86_400


class Dispatcher:
    """Hands every waiting delivery to its subscription's courier; at a restart, those that were waiting before."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._couriers: dict[str, Courier] = {}

    async def run(self) -> None:
        for delivery in self._world.deliveries.all():
            if delivery.next_try is not None:
                self._hand_over(delivery)
        while True:
            delivery_id = await self._world.outbox.get()
            if known := self._world.deliveries.get(delivery_id):
                self._hand_over(known)

    def _hand_over(self, delivery: Delivery) -> None:
        courier = self._couriers.get(delivery.subscription)
        if courier is None:
            courier = self._couriers[delivery.subscription] = Courier(self._world, delivery.subscription)
            self._world.background.spawn(courier.run())
        courier.take(delivery)


class Courier:
    def __init__(self, world: World, subscription: str) -> None:
        self._world = world
        self._subscription = subscription
        self._waiting: list[tuple[datetime, int, str]] = []
        self._taken = 0
        self._arrived = Bell()
        self._slots = asyncio.Semaphore(AT_ONCE)

    def take(self, delivery: Delivery) -> None:
        if delivery.next_try is not None:
            self._taken += 1
            heapq.heappush(self._waiting, (delivery.next_try, self._taken, delivery.id))
            self._arrived.ring()

    async def run(self) -> None:
        while True:
            await self._slots.acquire()
            await self._something_due()
            self._world.background.spawn(self._carry(self._batch()))

    async def _something_due(self) -> None:
        while not self._is_due():
            if self._waiting:
                await first(self._arrived.wait(DAY), self._world.clock.sleep_until(self._waiting[0][0]))
            else:
                await self._arrived.wait(DAY)

    def _is_due(self) -> bool:
        return bool(self._waiting) and self._waiting[0][0] <= self._world.clock.now()

    def _batch(self) -> list[str]:
        subscription = self._world.event_subscriptions.get(self._subscription)
        settings = subscription.settings if subscription else None
        size = settings.destination.max_events if settings else 1
        batch: list[str] = []
        while self._is_due() and len(batch) < size:
            batch.append(heapq.heappop(self._waiting)[2])
        return batch

    async def _carry(self, batch: list[str]) -> None:
        try:
            for delivery in await carry(self._world, self._subscription, batch):
                self.take(delivery)
        finally:
            self._slots.release()


async def carry(world: World, key: str, batch: list[str]) -> list[Delivery]:
    """One request for the batch, which shares its fate. Returns the deliveries to be tried again."""
    subscription = world.event_subscriptions.get(key)
    deliveries = [one for name in batch if (one := world.deliveries.get(name))]
    if subscription is None or subscription.settings is None:
        return _given_up(world, deliveries)
    settings = subscription.settings
    deliveries = _still_alive(world, deliveries, settings)
    if not deliveries:
        return []
    started = world.clock.now()
    answer = await _send(world, subscription, settings, deliveries)
    return _recorded(world, deliveries, settings, answer, started)


async def _send(
    world: World, subscription: EventSubscription, settings: Settings, deliveries: list[Delivery]
) -> Answer:
    destination, leader = settings.destination, deliveries[0]
    try:
        headers = requests.headers(
            world, subscription, destination, "Notification", attempts=len(leader.attempts), version="1.0"
        )
    except ServiceError:
        return Answer(status=None, failure="Unauthorized")
    headers |= {"aeg-output-event-id": leader.event_id} | requests.attribute_headers(destination, leader.event)
    body = f"[{','.join(one.event for one in deliveries)}]".encode()
    return await world.webhooks.post(destination.url, headers, body)


def _recorded(
    world: World, deliveries: list[Delivery], settings: Settings, answer: Answer, started: datetime
) -> list[Delivery]:
    outcome = answer.failure if answer.status is None else schedule.outcome(answer.status)
    attempt = Attempt(at=started, status=answer.status, outcome=outcome)
    with world.store.transaction():
        recorded = [
            _settled(world, msgspec.structs.replace(one, attempts=(*one.attempts, attempt)), settings)
            for one in deliveries
            if one.id in world.deliveries
        ]
    return [one for one in recorded if one.next_try is not None]


def _settled(world: World, delivery: Delivery, settings: Settings) -> Delivery:
    verdict = schedule.after_attempt(delivery, settings, world.clock.now())
    if verdict.next_try is not None:
        return world.deliveries.put(delivery.id, msgspec.structs.replace(delivery, next_try=verdict.next_try))
    state = DeliveryState.DELIVERED if verdict.delivered else DeliveryState.DROPPED
    return _finished(world, delivery, state, verdict.reason)


def _still_alive(world: World, deliveries: list[Delivery], settings: Settings) -> list[Delivery]:
    dead = [one for one in deliveries if schedule.expired(one, settings, world.clock.now())]
    for one in dead:
        _finished(world, one, DeliveryState.DROPPED, "TimeToLiveExceeded")
    return [one for one in deliveries if one not in dead]


def _given_up(world: World, deliveries: list[Delivery]) -> list[Delivery]:
    for one in deliveries:
        _finished(world, one, DeliveryState.DROPPED, "SubscriptionGone")
    return []


def _finished(world: World, delivery: Delivery, state: DeliveryState, reason: str) -> Delivery:
    """The log is bounded: the oldest finished deliveries of the subscription make room."""
    done = msgspec.structs.replace(delivery, state=state, reason=reason, next_try=None)
    world.deliveries.put(delivery.id, done)
    if world.deliveries.count(delivery.subscription) > KEPT + KEPT // 5:
        finished = [one for one in world.deliveries.of(delivery.subscription) if one.next_try is None]
        for one in finished[:-KEPT]:
            world.deliveries.remove(one.id)
    return done


def counts(world: World, key: str) -> dict[str, int]:
    found = Counter(one.state.value for one in world.deliveries.of(key))
    return {state.value: found[state.value] for state in DeliveryState}
