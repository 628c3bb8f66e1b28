"""Event Grid as we know it: each batch until it is answered 2xx, on Event Grid's schedule and a faster clock.

The schedule is the local cloud's (localazure.eventgrid.schedule, with its source); the delivery is our own, so that the
proof does not rest on the cloud's bookkeeping.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import httpx
import msgspec

from bench.verify.plan import Plan, Serial
from localazure.eventgrid.schedule import LATER_WAIT, LEAST_WAIT, LEAST_WAITS, NEVER_AGAIN, SUCCESS, WAITS

TIMEOUT = 30.0  # seconds of ours: an answer takes as long as it takes, whatever the schedule's clock says
ATTEMPTS = 30
TIME_TO_LIVE = 24 * 3600  # seconds of the schedule
CONNECTIONS = 16
NO_ANSWER = 0


@dataclass
class Publisher:
    """`pace` is how many seconds of Event Grid pass in one of ours; `answers` counts attempts by status."""

    plan: Plan
    url: str
    headers: dict[str, str]
    pace: float
    answers: Counter[int] = field(default_factory=Counter)
    batches: int = 0
    retried: int = 0  # batches that took more than one attempt
    given_up: list[Serial] = field(default_factory=list)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS))

    async def publish(self, *, seconds: float) -> None:
        """First attempts are spread over so many seconds. Returns when each batch is accepted or given up."""
        batches = list(self.plan.batches())
        self.batches = len(batches)
        limits = httpx.Limits(max_connections=CONNECTIONS)
        began = asyncio.get_running_loop().time()
        async with (
            httpx.AsyncClient(timeout=TIMEOUT, limits=limits, trust_env=False) as client,
            asyncio.TaskGroup() as under_way,
        ):
            for place, batch in enumerate(batches):
                due = began + seconds * place / len(batches)
                await asyncio.sleep(due - asyncio.get_running_loop().time())
                under_way.create_task(self._deliver(client, batch))

    async def _deliver(self, client: httpx.AsyncClient, batch: list[Serial]) -> None:
        published = asyncio.get_running_loop().time()
        for attempt in range(ATTEMPTS):
            status = await self._attempt(client, batch, attempt)
            if status in SUCCESS:
                self.retried += attempt > 0
                return
            if status in NEVER_AGAIN:
                break
            planned = WAITS[attempt] if attempt < len(WAITS) else LATER_WAIT
            await asyncio.sleep(max(planned, LEAST_WAITS.get(status, LEAST_WAIT)) / self.pace)
            if asyncio.get_running_loop().time() - published > TIME_TO_LIVE / self.pace:
                break
        self.given_up += batch

    async def _attempt(self, client: httpx.AsyncClient, batch: list[Serial], attempt: int) -> int:
        async with self._room:
            body = msgspec.json.encode([self.plan.event(serial) for serial in batch])
            headers = self.headers | {"aeg-delivery-count": str(attempt)}
            try:
                status = (await client.post(self.url, content=body, headers=headers)).status_code
            except httpx.TransportError:
                status = NO_ANSWER
        self.answers[status] += 1
        return status
