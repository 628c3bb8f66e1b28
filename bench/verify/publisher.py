"""Event Grid as we know it: each batch until it is answered 2xx, on Event Grid's schedule and a faster clock.

The schedule is the local cloud's (localazure.eventgrid.schedule, with its source); the delivery is our own, so that the
proof does not rest on the cloud's bookkeeping.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

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
    port: int
    target: str
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
        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as under_way:
            for place, batch in enumerate(batches):
                due = began + seconds * place / len(batches)
                await asyncio.sleep(due - asyncio.get_running_loop().time())
                under_way.create_task(self._deliver(batch))

    async def _deliver(self, batch: list[Serial]) -> None:
        published = asyncio.get_running_loop().time()
        for attempt in range(ATTEMPTS):
            status = await self._attempt(batch, attempt)
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

    async def _attempt(self, batch: list[Serial], attempt: int) -> int:
        async with self._room:
            body = msgspec.json.encode([self.plan.event(serial) for serial in batch])
            status = await self._answer(body, attempt)
        self.answers[status] += 1
        return status

    async def _answer(self, body: bytes, attempt: int) -> int:
        """On a connection of its own: a client that keeps them would cost more than the hub."""
        told = {**self.headers, "aeg-delivery-count": attempt, "content-length": len(body), "connection": "close"}
        head = "\r\n".join([f"POST {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())])
        try:
            async with asyncio.timeout(TIMEOUT):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    writer.write(f"{head}\r\n\r\n".encode() + body)
                    status_line = await reader.readline()
                finally:
                    writer.close()
        except OSError:
            return NO_ANSWER
        return int(status_line.split()[1]) if status_line else NO_ANSWER
