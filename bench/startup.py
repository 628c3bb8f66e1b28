"""From the start of a process to its first answer, and what it weighs then.

Cold: a new data folder, so that certificates, keys and the seed are made as well. Warm: a demo that ran before.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil

from bench.demo import READY_SECONDS, demo, free_port
from bench.figures import Figure, Size
from centrala.postgres import Cluster

COLD_SECONDS, COLD_MEGABYTES = 1.0, 150
IMPORTS = "import asyncio, ssl, starlette, uvicorn"  # what any such server begins with


@dataclass(frozen=True)
class Start:
    """`processor` is what the process and its threads have used, in seconds: a busy machine changes it less."""

    seconds: float
    processor: float
    megabytes: float


def measure(size: Size) -> Iterator[Figure]:
    starts, imports = [], []
    for _ in range(size.repetitions):  # by turns, so that both meet the same machine
        starts.append(_local_cloud())
        imports.append(_imports())
    seconds = statistics.median(one.seconds for one in starts)
    beside = statistics.median(one.seconds for one in imports)
    yield Figure(
        key="startup.local_azure_s",
        value=seconds,
        most=COLD_SECONDS,
        how=f"median of {size.repetitions} cold starts, best {min(one.seconds for one in starts):.2f}",
        beside=f"ratio to `{IMPORTS}` {seconds / beside:.1f}; processor {min(one.processor for one in starts):.2f} s"
        f" and {min(one.processor for one in imports):.2f} s",
    )
    yield Figure(
        key="startup.local_azure_mb",
        value=max(one.megabytes for one in starts),
        most=COLD_MEGABYTES,
        how="resident after the first answer",
        beside=f"{max(one.megabytes for one in imports):.0f} MB after the imports alone",
    )
    yield Figure(key="startup.demo_warm_s", value=_warm_demo(size.repetitions), how="best of as many warm starts")


def _local_cloud() -> Start:
    """Both listeners are there before it answers, so the first connection waits for the first answer."""
    with TemporaryDirectory(prefix="bench-") as folder:
        port, portal = free_port(), free_port()
        began = time.perf_counter()
        command = ["localazure", "up", "--data", folder, "--port", str(port), "--portal-port", str(portal)]
        quiet = subprocess.DEVNULL
        with subprocess.Popen([sys.executable, "-m", *command], stdout=quiet, stderr=quiet) as process:
            _first_answer(f"http://127.0.0.1:{portal}/_local/state", process)
            seconds = time.perf_counter() - began
            start = _started(psutil.Process(process.pid), seconds)
            process.terminate()
    return start


def _first_answer(url: str, process: "subprocess.Popen[bytes]") -> None:
    with httpx.Client(trust_env=False, timeout=READY_SECONDS) as client:
        while True:
            try:
                client.get(url).raise_for_status()
                return
            except httpx.ConnectError:
                if process.poll() is not None:
                    raise RuntimeError("the local cloud did not start") from None
                time.sleep(0.002)


def _imports() -> Start:
    began = time.perf_counter()
    code = f"{IMPORTS}\nimport sys\nprint(flush=True)\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        start = _started(psutil.Process(process.pid), time.perf_counter() - began)
        process.communicate()
    return start


def _started(process: psutil.Process, seconds: float) -> Start:
    used = process.cpu_times()
    return Start(seconds, used.user + used.system, process.memory_info().rss / 1e6)


def _warm_demo(repetitions: int) -> float:
    with TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "installation"
        try:
            return min([_demo(data) for _ in range(repetitions + 1)][1:])
        finally:
            Cluster.at(data).destroy()


def _demo(data: Path) -> float:
    with demo(data) as started:
        return started.seconds
