"""Sending what is due: many addresses at once, a few requests to each, so that one that hangs holds up itself alone.

Only one of these runs at a time (its job's lock). Nothing is marked before it is sent: whatever a killed worker had
under way is still due, and sent again.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.timezone import now

from centrala.characters import storable
from centrala.masking import masked
from centrala.subscribers import deliveries, signing
from centrala.subscribers.models import TEST, Delivery, Outcome, Problem, Subscription
from centrala.subscribers.posting import Answer, post

Data = Mapping[str, Any]  # as JSON holds it
DataOf = Callable[[Delivery], Data | None]  # None: it is deleted
Encoder = type[DjangoJSONEncoder]
AT_ONCE, TO_ONE = 32, 4
LONGEST_RUN_SECONDS = 10.0
LINGER = timedelta(seconds=6)  # for the first retry, which comes after five
LOOK_SECONDS = 0.25
PRIVATE = ("text", "preview", "customer", "customer_name", "number")  # what a log must not hold of a body


class Sender:
    """One run. Requests are made in threads, which know no database; everything else happens here."""

    def __init__(self, data_of: DataOf, *, encoder: Encoder, linger: timedelta, go_on: Callable[[], bool]) -> None:
        self._data_of, self._encoder, self._linger, self._go_on = data_of, encoder, linger, go_on
        self._ends = time.monotonic() + LONGEST_RUN_SECONDS
        self._flying: dict[Future[Answer], Delivery] = {}

    def run(self) -> bool:
        """Answers whether there is more to do at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while True:
                more = self._go_on() and time.monotonic() < self._ends
                if more:
                    self._start(pool)
                if self._flying:
                    done, _under_way = wait(self._flying, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
                    for future in done:
                        deliveries.record(delivery_id=self._flying.pop(future).pk, answer=future.result(), at=now())
                elif not more:
                    return True
                elif self._rests():
                    time.sleep(LOOK_SECONDS)
                else:
                    return False

    def _start(self, pool: ThreadPoolExecutor) -> None:
        for delivery in self._next():
            data = {"webhook": delivery.subscription.name} if delivery.kind == TEST else self._data_of(delivery)
            if data is None:
                deliveries.record(delivery_id=delivery.pk, answer=Answer(0, problem=Problem.DELETED), at=now())
                continue
            told = {"type": delivery.kind, "timestamp": delivery.happened_at, "data": data}
            body = json.dumps(told, cls=self._encoder, ensure_ascii=False)
            self._flying[pool.submit(_send, delivery, body)] = delivery

    def _next(self) -> Iterator[Delivery]:
        flying = {delivery.pk for delivery in self._flying.values()}
        busy = Counter(delivery.subscription_id for delivery in self._flying.values())
        room = AT_ONCE - len(flying)
        for subscription in Subscription.objects.filter(deliveries__due_at__lte=now()).distinct().order_by("pk"):
            free = min(TO_ONE - busy[subscription.pk], room)
            if free <= 0:
                continue
            ids = [id_ for id_ in deliveries.due(subscription, at=now()) if id_ not in flying][:free]
            room -= len(ids)
            yield from subscription.deliveries.filter(pk__in=ids).select_related("subscription").order_by("due_at")

    def _rests(self) -> bool:
        """Whether a first retry is about to come."""
        soon = Delivery.objects.filter(outcome=Outcome.PENDING, due_at__gt=now(), due_at__lte=now() + self._linger)
        return soon.filter(subscription__state="active").exists()


def _send(delivery: Delivery, body: str) -> Answer:
    subscription = delivery.subscription
    headers = signing.headers(subscription, webhook_id=delivery.webhook_id, body=body, at=now())
    answer = post(subscription.address, body=body, headers=headers)
    return replace(answer, text=_without_told(answer.text, json.loads(body)))


def _without_told(text: str, body: Data) -> str:
    """What the address says, without what it was told: some repeat every word."""
    told = sorted(set(_private(body)), key=len, reverse=True)
    for value in told:
        for form in (value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]):
            text = text.replace(form, "…")
    return masked(storable(text))


def _private(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _private(inner, key)
    elif isinstance(value, str) and value and name in PRIVATE:
        yield value
        if value.startswith("+"):
            yield value[1:]
