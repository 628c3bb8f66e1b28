"""What Event Grid's requests cost: one event each, and batches of a hundred.

The token is a real one of the local cloud's Entra, verified by the hub; each event is a durable row before its request
is answered. No worker runs: the rows wait.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
import psutil

from bench import entrance
from bench.figures import Figure, Size
from bench.hub import Hub, hub, seconds
from bench.poster import Load, post
from bench.receiver import Sample
from bench.scene import RECEIVED, scene

MOST_OF_BARE = 2.0  # processor's time of an event, beside that of an empty handler's request
LEAST_OF_COPY = 0.8
BATCH = 100
CONNECTIONS = 64


@dataclass(frozen=True)
class Rig:
    """The hub's web process and the bare server, and what is posted to them."""

    hub: Hub
    web: psutil.Process
    web_port: int
    bare: psutil.Process
    bare_port: int
    target: str
    sample: Sample

    def load(self, port: int, requests: int, batch: int) -> Load:
        headers = {name: value for name, value in self.sample.headers.items() if name in entrance.KEPT}
        (event,) = msgspec.json.decode(self.sample.body)
        return Load(
            port=port,
            target=self.target,
            headers=headers,
            event=event,
            requests=requests,
            batch=batch,
            connections=min(CONNECTIONS, requests),
        )


def single(size: Size) -> Iterator[Figure]:
    with rig() as made:
        post(made.load(made.web_port, 200, 1))
        rates, web, database, bare = [], [], [], []
        for _ in range(size.repetitions):  # by turns, so that all meet the same machine
            before = seconds(made.web), made.hub.postgres_seconds()
            rates.append(size.posts / post(made.load(made.web_port, size.posts, 1)))
            web.append(seconds(made.web) - before[0])
            database.append(made.hub.postgres_seconds() - before[1])
            before_bare = seconds(made.bare)
            post(made.load(made.bare_port, size.posts, 1))
            bare.append(seconds(made.bare) - before_bare)
        _check(made.hub, 200 + size.posts * size.repetitions)
    python, postgres = min(zip(web, database, strict=True), key=sum)
    each = [1e6 * part / size.posts for part in (python, postgres, min(bare))]
    yield Figure(
        key="ingest_single.cpu_ratio",
        value=(python + postgres) / min(bare),
        most=MOST_OF_BARE,
        how=f"least of {size.repetitions}, {size.posts} requests of one event",
        beside=f"an event takes {each[0]:.0f} us of the web process and {each[1]:.0f} us of PostgreSQL, "
        f"an empty handler on the same server {each[2]:.0f} us",
    )
    yield Figure(
        key="ingest_single.per_second",
        value=max(rates),
        how=f"best of {size.repetitions}, {CONNECTIONS} connections",
        beside="the client included",
    )


def batches(size: Size) -> Iterator[Figure]:
    many = size.batches * BATCH
    with rig() as made:
        post(made.load(made.web_port, 10, BATCH))
        rates, copied = [], []
        for _ in range(size.repetitions):
            rates.append(many / post(made.load(made.web_port, size.batches, BATCH)))
            copied.append(many / _copied(made.hub, many))
        _check(made.hub, 10 * BATCH + many * size.repetitions)
    yield Figure(
        key="ingest_batch.copy_ratio",
        value=max(rates) / max(copied),
        least=LEAST_OF_COPY,
        how=f"best of {size.repetitions}, {many} events",
        beside=f"COPY of the same rows into the same indexes {max(copied):.0f} a second",
    )
    yield Figure(
        key="ingest_batch.per_second",
        value=max(rates),
        how=f"best of {size.repetitions}, {size.batches} requests of {BATCH}",
        beside="the client included",
    )


@contextmanager
def rig() -> Iterator[Rig]:
    with scene(RECEIVED) as cloud, hub(entrance.settings(cloud)) as made:
        sample = entrance.sample(cloud)
        target = entrance.trusting(made.connection, made.endpoint, cloud)
        ports = _free_ports()
        with (
            made.running("web", "--port", str(ports[0])) as web,
            _bare(ports[1]) as bare,
        ):
            entrance.until_answers(f"http://127.0.0.1:{ports[0]}/healthz")
            entrance.until_answers(f"http://127.0.0.1:{ports[1]}/")
            yield Rig(made, web, ports[0], bare, ports[1], target, sample)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@contextmanager
def _bare(port: int) -> Iterator[psutil.Process]:
    with subprocess.Popen([sys.executable, "-m", "bench.bare_server", str(port)]) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


def _copied(made: Hub, many: int) -> float:
    """Seconds for the newest rows, into a table with the same indexes."""
    made.connection.execute("create table bench_event (like inbox_event including all)")
    with made.connection.cursor() as cursor:
        with cursor.copy(f"copy (select * from inbox_event order by id desc limit {many}) to stdout") as copy:
            rows = b"".join(copy)
        began = time.perf_counter()
        with cursor.copy("copy bench_event from stdin") as copy:
            copy.write(rows)
        took = time.perf_counter() - began
    made.connection.execute("drop table bench_event")
    return took


def _check(made: Hub, many: int) -> None:
    """Raises RuntimeError unless every event is there."""
    found = made.connection.execute("select count(*) from inbox_event").fetchone()
    if found != (many,):
        raise RuntimeError(f"{found} rows of {many} events")
