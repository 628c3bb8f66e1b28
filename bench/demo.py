"""`centrala demo` on free ports, as somebody would start it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psutil

READY_SECONDS = 120


@dataclass(frozen=True)
class Demo:
    """`facts` is its ready file, `seconds` how long that took to come."""

    facts: dict[str, Any]
    seconds: float
    process: psutil.Process

    def children(self, word: str) -> list[psutil.Process]:
        """By a word of their command: web, worker, localazure, postgres."""
        return [one for one in self.process.children(recursive=True) if any(word in part for part in one.cmdline())]


@contextmanager
def demo(data: Path) -> Iterator[Demo]:
    ready = data.with_suffix(".json")
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "centrala.cli", "demo", "--data", str(data), "--ready-file", str(ready)]
    for option in ("--port", "--tls-port", "--azure-port", "--portal-port"):
        command += [option, str(free_port())]
    began = time.perf_counter()
    with (
        data.with_suffix(".log").open("ab") as log,
        subprocess.Popen(command, stdout=log, stderr=log, env=environment()) as process,
    ):
        while not ready.exists():
            if process.poll() is not None or time.perf_counter() - began > READY_SECONDS:
                raise RuntimeError(data.with_suffix(".log").read_text(errors="replace")[-2000:])
            time.sleep(0.01)
        seconds = time.perf_counter() - began
        try:
            yield Demo(msgspec.json.decode(ready.read_bytes()), seconds, psutil.Process(process.pid))
        finally:
            process.terminate()


def environment() -> dict[str, str]:
    """Ours without what names another installation."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("CENTRALA_", "DATABASE_URL"))}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
