"""`centrala up` with its embedded database, connected, and its processes, which are killed as the system would."""

import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from urllib.request import urlopen

import psutil
import psycopg

from bench import entrance
from bench.hub import clean_environment
from bench.scene import Scene
from centrala.postgres import Cluster

# All of them a moment apart: what was answered while the database was away must still be there. Then each alone. Who
# lives for ten seconds is started anew without delay.
TURNS = (("worker", "postgres", "web"), ("worker",), ("web",), ("postgres",))
MOMENT = 0.1  # seconds
LOOK = 0.2  # seconds between two questions


@dataclass
class Running:
    """`target` is the path of the webhook for SMS, `killed` what was killed how often."""

    port: int
    target: str
    cluster: Cluster
    log: Path
    process: psutil.Process
    killed: Counter[str] = field(default_factory=Counter)

    def connect(self) -> entrance.Database:
        """Waits for who was killed last to be back."""
        entrance.until_answers(f"http://127.0.0.1:{self.port}/readyz")
        return psycopg.connect(self.cluster.dsn(), autocommit=True)

    @contextmanager
    def killing(self, every: float, *, lasting: float) -> Iterator[None]:
        """kill -9 by turns while the block runs, so many seconds after the hub was last seen to do its work.

        The last comes after `lasting` seconds at most.
        """
        over = Event()
        killer = Thread(target=self._kill, args=[every, over, time.monotonic() + lasting])
        killer.start()
        try:
            yield
        finally:
            over.set()
            killer.join()

    def _kill(self, every: float, over: Event, end: float) -> None:
        for victims in cycle(TURNS):
            while not self._is_back():
                if over.wait(LOOK):
                    return
            if over.wait(every) or time.monotonic() > end:
                return
            for victim in victims:
                for process in self._processes(victim):
                    process.send_signal(signal.SIGKILL)
                    self.killed[victim] += 1
                over.wait(MOMENT)

    def _is_back(self) -> bool:
        """The web process answers, the database answers it, and a worker runs."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=LOOK * 10):
                return bool(self._processes("worker"))
        except OSError:
            return False

    def _processes(self, name: str) -> list[psutil.Process]:
        return [child for child in self.process.children() if _is(child, name)]


def _is(process: psutil.Process, name: str) -> bool:
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    if name == "postgres":
        return bool(words) and words[0].endswith("/postgres")
    return "centrala.cli" in words and name in words


@contextmanager
def running(cloud: Scene) -> Iterator[Running]:
    """Everything it writes goes to a log in its folder, whose end is shown when it does not start."""
    with TemporaryDirectory(prefix="verify-") as folder:
        data, log, port = Path(folder) / "installation", Path(folder) / "log", _free_port()
        cluster = Cluster.at(data)
        environment = clean_environment() | entrance.settings(cloud) | {"CENTRALA_DATA": str(data)}
        command = [sys.executable, "-m", "centrala.cli", "up", "--port", str(port)]
        try:
            with log.open("wb") as output:
                process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
            try:
                entrance.until_answers(f"http://127.0.0.1:{port}/healthz")
                target = _connected(cluster, environment, cloud)
                yield Running(port, target, cluster, log, psutil.Process(process.pid))
            finally:
                process.terminate()
                process.wait()
        finally:
            cluster.destroy()


def _connected(cluster: Cluster, environment: dict[str, str], cloud: Scene) -> str:
    """The path of the webhook, which takes the cloud's tokens."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.connected"],
        env=environment | {"DATABASE_URL": cluster.dsn()},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
        return entrance.trusting(connection, told.stdout.strip(), cloud)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
