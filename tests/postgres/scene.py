"""What the tests of the database do to it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import psycopg

from centrala.postgres import Cluster

Owner = subprocess.Popen[str]
PATIENCE = 20.0  # seconds, on a busy machine


def execute(cluster: Cluster, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        answer = connection.execute(query)  # type: ignore[call-overload]  # the tests' own words
        return answer.fetchall() if answer.description else []


def kept(cluster: Cluster) -> list[tuple[object, ...]]:
    return execute(cluster, "select it from kept")


def server_pid(cluster: Cluster) -> int:
    return int((cluster.place.cluster / "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def process(code: str, *words: str, **how: object) -> Iterator[Owner]:
    """A Python process with pipes; killed at the end when it still runs."""
    started = subprocess.Popen(  # type: ignore[call-overload]  # options of Popen pass through
        [sys.executable, "-c", code, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **how,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().strip()


def wait_until(condition: Callable[[], bool]) -> None:
    """For what another process does and nobody reports; fails after a generous time."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)
