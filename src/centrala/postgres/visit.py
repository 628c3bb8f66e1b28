"""Using the database for the length of one command."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from centrala.postgres import initialise
from centrala.postgres.cluster import Cluster
from centrala.postgres.errors import PostgresError
from centrala.postgres.locks import FileLock

PATIENCE = 30.0  # seconds for an owner that is just starting
PAUSE = 0.05


@contextmanager
def running(data: Path) -> Iterator[Cluster]:
    """The cluster of a data folder, answering: joins the server that runs, else starts one.

    Among commands that overlap the last one to leave stops the server, unless `centrala up` owns it.
    """
    cluster = Cluster.at(data, outlives_us=True)
    initialise.make_folders(cluster.place, cluster.account)
    visitors = FileLock(cluster.place.data / "postgres.visitors")
    if not visitors.acquire(shared=True, wait=PATIENCE):  # else the last one is just stopping the server
        raise PostgresError(f"The database in {cluster.place.data} does not stop: see {cluster.place.log}.")
    try:
        _enter(cluster)
        yield cluster
    finally:
        _leave(cluster, visitors)


def _enter(cluster: Cluster) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if cluster.take():
            return cluster.start()
        if cluster.running() and _answers(cluster):
            return None
        time.sleep(PAUSE)
    raise PostgresError(
        f"The database in {cluster.place.data} belongs to process {cluster.owner()}, and it does not answer: "
        f"see {cluster.place.log}, or stop that process and start again."
    )


def _answers(cluster: Cluster) -> bool:
    try:
        psycopg.connect(cluster.dsn("postgres")).close()
    except psycopg.OperationalError:
        return False
    return True


def _leave(cluster: Cluster, visitors: FileLock) -> None:
    """In this order two who leave at once cannot both take the other for the one who stays."""
    cluster.let_go()
    visitors.release()
    if visitors.acquire() and cluster.take():
        cluster.end_orphan()
    cluster.let_go()
    visitors.release()
