"""Posts more than the hub can take, in a process of its own: `python -m bench.flood`, with a Flood as JSON on stdin.

Each request has its moment, whatever became of those before; one that is answered 503 comes again when Retry-After says
so. A Flooded comes out on stdout.
"""

import asyncio
import random
import re
import subprocess
import sys
import time
from collections import Counter

import msgspec
import uvloop

from bench.poster import batch, request

CONNECTIONS = 800
UNANSWERED = 0
PATIENCE = 900.0  # seconds
STATUS = re.compile(rb"HTTP/1.1 (\d{3})")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
AGAIN = re.compile(rb"(?i)\r\nretry-after: *(\d+)")


class Flood(msgspec.Struct, frozen=True, kw_only=True):
    """`event` is one as Event Grid worded it, `headers` what came with it."""

    port: int
    target: str
    headers: dict[str, str]
    event: dict[str, object]
    requests: int
    batch: int
    rate: float  # requests a second


class Flooded(msgspec.Struct, frozen=True):
    answers: dict[str, int]  # by status
    taken: int  # events whose request was answered 200
    seconds: float


def flood(load: Flood) -> Flooded:
    command = [sys.executable, "-m", "bench.flood"]
    told = subprocess.run(command, input=msgspec.json.encode(load), stdout=subprocess.PIPE, check=True).stdout
    return msgspec.json.decode(told, type=Flooded)


async def _flood(load: Flood) -> Flooded:
    answers: Counter[str] = Counter()
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(min(CONNECTIONS, load.requests)):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", load.port))
    began = time.perf_counter()

    async def send(number: int) -> int:
        await asyncio.sleep(max(began + number / load.rate - time.perf_counter(), 0))
        body = batch(load.event, load.batch)
        asked = request(port=load.port, target=load.target, headers=load.headers, body=body)
        while True:
            pair = await free.get()
            try:
                status, again = await _answered(*pair, asked)
            except (asyncio.IncompleteReadError, ConnectionError):  # closed while nobody used it: not answered
                pair = await asyncio.open_connection("127.0.0.1", load.port)
                status, again = UNANSWERED, 0
            finally:
                free.put_nowait(pair)
            answers[str(status)] += 1
            if status == 200:
                return load.batch
            if status not in (503, UNANSWERED):
                return 0
            await asyncio.sleep(again * (1 + random.random()))  # Event Grid does not come in step either

    async with asyncio.timeout(PATIENCE):
        taken = sum(await asyncio.gather(*(send(number) for number in range(load.requests))))
    return Flooded(dict(answers), taken, time.perf_counter() - began)


async def _answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: bytes) -> tuple[int, int]:
    """The status, and after how many seconds to come again."""
    writer.write(asked)
    head = await reader.readuntil(b"\r\n\r\n")
    status, length, again = STATUS.match(head), LENGTH.search(head), AGAIN.search(head)
    if length:
        await reader.readexactly(int(length[1]))
    return int(status[1]) if status else 0, int(again[1]) if again else 1


def main() -> None:
    load = msgspec.json.decode(sys.stdin.buffer.read(), type=Flood)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(_flood(load))))


if __name__ == "__main__":
    main()
