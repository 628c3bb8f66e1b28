"""Couriers: one per event subscription, so that an endpoint that hangs delays nobody else."""

import asyncio
import heapq
from datetime import datetime

from localazure.eventgrid.attempt import carry
from localazure.eventgrid.burial import bury
from localazure.eventgrid.probation import Probation
from localazure.racing import first
from localazure.records.events import Delivery
from localazure.world import World

AT_ONCE = 16  # requests under way per subscription


class Dispatcher:
    """Hands every waiting delivery to its subscription's courier; at a restart, those that were waiting before."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._couriers: dict[str, Courier] = {}

    async def run(self) -> None:
        for delivery in self._world.deliveries.all():
            if delivery.due is not None:
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
    """Holds what waits for one event subscription: events for their endpoint, dead letters for their folder."""

    def __init__(self, world: World, subscription: str) -> None:
        self._world = world
        self._subscription = subscription
        self._waiting: list[tuple[datetime, int, str]] = []
        self._taken = 0
        self._arrived = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._on_trial: tuple[datetime, str] | None = None  # since when there is the subscription, and its endpoint
        self._probation = Probation()

    def take(self, delivery: Delivery) -> None:
        if delivery.due is not None:
            self._taken += 1
            heapq.heappush(self._waiting, (delivery.due, self._taken, delivery.id))
            self._arrived.set()

    async def run(self) -> None:
        while True:
            await self._slots.acquire()
            await self._something_due()
            self._world.background.spawn(self._carry(*self._batch()))

    async def _something_due(self) -> None:
        """Cleared before the look at what waits: whatever arrives while the wait begins ends it."""
        while True:
            self._arrived.clear()
            when = self._next()
            if when is None:
                await self._arrived.wait()
            elif when > self._world.clock.now():
                await first(self._arrived.wait(), self._world.clock.sleep_until(when))
            else:
                return

    def _next(self) -> datetime | None:
        if not self._waiting:
            return None
        when, until = self._waiting[0][0], self._judged().until
        return when if until is None else max(when, until)

    def _judged(self) -> Probation:
        """That of the endpoint in force: what another one did, or one before, is not held against it."""
        one = self._world.event_subscriptions.get(self._subscription)
        on_trial = (one.made_at, one.settings.destination.url) if one and one.settings else None
        if on_trial != self._on_trial:
            self._on_trial, self._probation = on_trial, Probation()
        return self._probation

    def _batch(self) -> tuple[list[str], list[Delivery]]:
        """What is due now: events up to the size that the subscription allows, or else dead letters."""
        subscription = self._world.event_subscriptions.get(self._subscription)
        settings = subscription.settings if subscription else None
        most = settings.destination.max_events if settings else 1
        room = settings.destination.preferred_kilobytes * 1024 if settings else 0
        batch: list[str] = []
        dead: list[Delivery] = []
        while len(batch) < most and self._waiting and self._waiting[0][0] <= self._world.clock.now():
            delivery = self._world.deliveries.get(self._waiting[0][2])
            size = len(delivery.event) if delivery else 0
            if batch and size > room:
                break
            room -= size
            heapq.heappop(self._waiting)
            if delivery and delivery.bury_at:
                dead.append(delivery)
            elif delivery:
                batch.append(delivery.id)
        return batch, dead

    async def _carry(self, batch: list[str], dead: list[Delivery]) -> None:
        try:
            subscription = self._world.event_subscriptions.get(self._subscription)
            if dead and subscription and subscription.settings:
                self._take_all(bury(self._world, subscription, subscription.settings, dead))
            if batch:
                self._take_all(await carry(self._world, self._subscription, batch, self._judged()))
        finally:
            self._slots.release()

    def _take_all(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            self.take(delivery)
