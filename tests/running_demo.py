"""A demo run by a test: `centrala demo` on free ports, its ready file, its log, its processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, TypeVar

import httpx
import psutil

import prepared
from centrala.postgres import Cluster

T = TypeVar("T")
READY_SECONDS = 90
STOP_SECONDS = 30


@dataclass
class Demo:
    """`facts` is the ready file (see the demo's contract)."""

    facts: dict[str, Any]
    data: Path
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def hub(self) -> dict[str, Any]:
        return dict(self.facts["hub"])

    @property
    def azure(self) -> dict[str, Any]:
        return dict(self.facts["azure"])

    @property
    def acs(self) -> dict[str, Any]:
        return dict(self.facts["acs"])

    def api(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.hub['api_token']}"}
        return httpx.Client(base_url=self.hub["url"], headers=headers, trust_env=False, timeout=30)

    def control(self) -> httpx.Client:
        return httpx.Client(base_url=self.azure["portal"], trust_env=False, timeout=30)

    def command(self, *words: str, stdin: TextIO | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs `centrala WORDS` on this installation, without a terminal unless one is given."""
        return subprocess.run(
            [sys.executable, "-m", "centrala.cli", *words, "--data", str(self.data)],
            stdin=stdin or subprocess.DEVNULL,
            env=clean_environment() | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def processes(self, name: str) -> list[psutil.Process]:
        """Its children by the name the supervisor gives them: azure, web, worker, postgres (the postmaster)."""
        words = {"azure": "localazure", "web": "web", "worker": "worker", "postgres": "postgres"}
        return [child for child in psutil.Process(self.process.pid).children(recursive=True) if _is(child, words[name])]

    def kill(self, name: str) -> None:
        """kill -9, as the machine's own out-of-memory killer would."""
        for child in self.processes(name):
            child.send_signal(signal.SIGKILL)


def _is(process: psutil.Process, word: str) -> bool:
    try:
        argv = process.cmdline()
    except psutil.Error:
        return False
    if word == "postgres":
        return bool(argv) and argv[0].endswith("/postgres") and "-D" in argv
    return word in argv and ("centrala.cli" in argv or "localazure" in argv)


def clean_environment() -> dict[str, str]:
    """Ours without what names another installation."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("CENTRALA_", "DATABASE_URL"))}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def running_demo(
    data: Path, *options: str, keep: bool = False, from_nothing: bool = False, **environment: str
) -> Iterator[Demo]:
    """Starts a demo, waits for its ready file, and stops it with SIGTERM. Fails with its log when it does not start.

    `keep` leaves its database for another start. `from_nothing`: it makes its database itself (see `prepared`).
    """
    log, ready = data / "demo.log", data / "ready.json"
    data.mkdir(parents=True, exist_ok=True)
    if not from_nothing and not (data / "installation").exists():
        prepared.lay(data / "installation", clean_environment())
    argv = [sys.executable, "-m", "centrala.cli", "demo", "--data", str(data / "installation")]
    for option in ("--port", "--tls-port", "--azure-port", "--portal-port"):
        argv += [option, str(free_port())]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*argv, "--ready-file", str(ready), *options],
            env=clean_environment() | environment,
            stdout=output,
            stderr=output,
        )
    try:
        until(lambda: ready.exists() or process.poll() is not None, READY_SECONDS)
        assert ready.exists(), log.read_text(errors="replace")[-4000:]
        yield Demo(json.loads(ready.read_text("utf-8")), data / "installation", log, process)
    finally:
        process.terminate()
        code = process.wait(STOP_SECONDS)
        if not keep:
            Cluster.at(data / "installation").destroy()  # as root it lies outside of the test's folder
    assert code == 0, log.read_text(errors="replace")[-4000:]


def until(question: Callable[[], T], seconds: float = 20.0) -> T:
    """Asks every 50 ms until the answer is true; fails when it never is."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(0.05)
    return answer
