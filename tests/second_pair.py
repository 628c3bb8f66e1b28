"""A second web and a second worker process beside a demo's own: the same installation, the same database."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from centrala.postgres import Cluster
from running_demo import Demo, clean_environment, free_port, until


@dataclass
class SecondPair:
    demo: Demo
    log: Path
    environment: dict[str, str] = field(repr=False)  # with the database's password
    port: int = field(default_factory=free_port)
    tls_port: int = 0  # 0: without
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self, name: str) -> None:
        """`web` or `worker`. A web process answers when this returns."""
        words = ["web", "--port", str(self.port), "--tls-port", str(self.tls_port)] if name == "web" else ["worker"]
        with self.log.open("ab") as output:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "centrala.cli", *words, "--data", str(self.demo.data)],
                env=clean_environment() | self.environment,
                stdout=output,
                stderr=output,
            )
        if name == "web":
            until(lambda: answers(self.url), 60)

    def kill(self, name: str) -> None:
        """kill -9; it stays away until it is started again."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.wait(30)


def answers(url: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    return False


@contextmanager
def second_pair(demo: Demo, *, tls_port: int = 0, **environment: str) -> Iterator[SecondPair]:
    """With a `tls_port` its web process is a node of its own, which takes calls."""
    given = environment | {"DATABASE_URL": Cluster.at(demo.data).dsn()}
    if tls_port:
        given["CENTRALA_NODE_URL"] = f"https://localhost:{tls_port}"
    pair = SecondPair(demo, demo.log.with_name("second.log"), given, tls_port=tls_port)
    try:
        pair.start("web")
        pair.start("worker")
        yield pair
    finally:
        pair.stop()
