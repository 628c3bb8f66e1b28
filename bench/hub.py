"""The hub's own database as an installation has it: embedded, durable, with every index and foreign key."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg

from bench import prepared
from centrala.postgres import Cluster


@dataclass(frozen=True)
class Hub:
    """`endpoint` is where texts arrive; the `connection` commits each statement."""

    endpoint: str
    connection: "psycopg.Connection[tuple[object, ...]]"
    cluster: Cluster
    environment: dict[str, str]

    @contextmanager
    def running(self, *words: str) -> Iterator[psutil.Process]:
        """A process of the hub, `centrala WORDS`."""
        command = [sys.executable, "-m", "centrala.cli", *words]
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL) as process:
            try:
                yield psutil.Process(process.pid)
            finally:
                process.terminate()

    def postgres_seconds(self) -> float:
        """What PostgreSQL uses of a processor, sessions that have ended left out."""
        server = psutil.Process(self.connection.info.backend_pid).parent()
        return sum((seconds(child) for child in server.children()), 0.0) if server else 0.0


def seconds(process: psutil.Process) -> float:
    used = process.cpu_times()
    return used.user + used.system


@contextmanager
def hub(settings: Mapping[str, str] | None = None) -> Iterator[Hub]:
    """Connected to a resource that nobody asks, with its numbers on a workstream (see bench.connected)."""
    with TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "installation"
        cluster = Cluster.at(data)
        try:
            prepared.lay(data)
            cluster.start()
            environment = clean_environment() | {"CENTRALA_DATA": str(data), "DATABASE_URL": cluster.dsn()}
            environment |= settings or {}
            connect = [sys.executable, "-m", "bench.connected"]
            made = subprocess.run(connect, env=environment, check=True, stdout=subprocess.PIPE, text=True)
            with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
                yield Hub(made.stdout.strip(), connection, cluster, environment)
        finally:
            cluster.destroy()


def clean_environment() -> dict[str, str]:
    """Ours without what names another installation."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("CENTRALA_", "DATABASE_URL"))}
