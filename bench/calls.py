"""Callers who wait and callers who talk, through all of it: local cloud, hub, and agents' sockets in a process of their
own. The processor's time of the hub and of the local cloud is told apart.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import msgspec
import psutil
import psycopg

from bench.demo import Demo, demo, environment
from bench.figures import Figure, Size
from bench.hub import seconds
from bench.talkers import Talk, Talked
from centrala.postgres import Cluster

ANSWERED_SECONDS = 2.0
LATE_SHARE = 0.01
DELAY_MS = 20.0
PER_CORE = 300
UNANSWERED = """
    select count(*) from calls_call
    where connected_at is null or connected_at - rang_at > make_interval(secs => %s)
"""
PATIENCE = 90.0  # seconds
QUIET = -60.0  # decibels: music and voices are louder
SCRIPT = [{"say": "I wait for somebody, and say so, for a while."}, {"wait": 600}]
EACH = 0.1  # seconds from one call to the next: 36,000 calls an hour
GLANCE = 0.01  # seconds


@dataclass(frozen=True)
class Used:
    """Of a processor, 1 is all of one."""

    hub: float
    cloud: float


def measure(size: Size) -> Iterator[Figure]:
    with TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "installation"
        try:
            with demo(data) as running, _portal(running) as portal:
                greeted = sorted(_greeted(portal, running, size.waiting + size.talking + n) for n in range(size.alone))
                idle = _used(running, size.measured / 2)
                waiting = _call(portal, running, size.waiting, first=0)
                _until_open(portal, waiting)
                with_music = _used(running, size.measured / 2)
                late = _silent(portal, waiting)
                talking = _call(portal, running, size.talking, first=size.waiting)
                _until_open(portal, talking)
                customers = [called(size.waiting + n) for n in range(size.talking)]
                talked, both = _talk(running, data, customers, measured=size.measured)
                unanswered = _unanswered(data)
        finally:
            Cluster.at(data).destroy()
    many = size.waiting + size.talking
    yield Figure(
        key="calls.greeted_ms",
        value=1e3 * greeted[size.alone // 2],
        how="from dialling until the caller hears the first sound, median of calls that come alone",
        beside=f"the slowest of {size.alone} {1e3 * greeted[-1]:.0f}",
    )
    yield Figure(
        key="calls.lost",
        value=unanswered,
        most=0,
        how=f"of {many} callers, not answered in {ANSWERED_SECONDS:g} s",
        beside=f"{size.waiting} wait with music, {size.talking} talk",
    )
    yield Figure(
        key="calls.silent_share",
        value=late,
        most=LATE_SHARE,
        how="of the tenths of a second of those who wait, after the first",
        beside=f"music for one takes {1e3 * (with_music.hub - idle.hub) / size.waiting:.2f} ms of the hub's second,"
        f" {1e3 * (with_music.cloud - idle.cloud) / size.waiting:.2f} of the local cloud's",
    )
    each = (both.hub - with_music.hub) / size.talking
    yield Figure(
        key="calls.talks_per_core",
        value=1 / max(each, 1e-9),
        least=PER_CORE,
        how=f"beside {size.waiting} who wait",
        beside=f"the hub uses {both.hub:.2f} of a processor, the local cloud {both.cloud:.2f}",
    )
    yield Figure(
        key="calls.delay_p99_ms",
        value=talked.delay_p99_ms,
        most=DELAY_MS,
        how="how much later than the quickest an agent hears a frame, the local cloud's own lateness included",
        beside=f"median {talked.delay_median_ms:.1f}; {talked.missing:.2%} of the frames did not come",
    )


def called(number: int) -> str:
    return f"+1425556{number:04}"


def _portal(running: Demo) -> httpx.Client:
    return httpx.Client(base_url=running.facts["azure"]["portal"], trust_env=False, timeout=60)


def _call(portal: httpx.Client, running: Demo, many: int, *, first: int) -> list[str]:
    """The local cloud's ids of so many calls."""
    made, began = [], time.perf_counter()
    for one in range(many):
        time.sleep(max(began + one * EACH - time.perf_counter(), 0))
        made.append(_dial(portal, running, first + one))
    return made


def _dial(portal: httpx.Client, running: Demo, number: int) -> str:
    body = {"from": called(number), "to": running.facts["acs"]["phone_numbers"][0], "script": SCRIPT}
    return str(portal.post("/_local/calls", json=body).raise_for_status().json()["id"])


def _greeted(portal: httpx.Client, running: Demo, number: int) -> float:
    """Seconds; the call is over then."""
    began = time.perf_counter()
    call = _dial(portal, running, number)
    while True:
        heard = portal.get(f"/_local/calls/{call}/heard").json()
        took = time.perf_counter() - began
        if heard.get("seconds", 0) > 0 and heard["silent_seconds"] == 0:
            break
        if took > PATIENCE:
            raise RuntimeError("a caller heard nothing")
        time.sleep(GLANCE)
    portal.delete(f"/_local/calls/{call}").raise_for_status()
    time.sleep(EACH)
    return took


def _until_open(portal: httpx.Client, calls: list[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while any(not _heard(portal, call) for call in calls):
        if time.monotonic() > deadline:
            raise RuntimeError("some calls were never answered")
        time.sleep(0.5)


def _heard(portal: httpx.Client, call: str) -> list[dict[str, Any]]:
    windows: list[dict[str, Any]] = portal.get(f"/_local/calls/{call}/heard").json().get("windows", [])
    return windows


def _silent(portal: httpx.Client, calls: list[str]) -> float:
    """The share of what they heard since their first music in which there was none."""
    silent = all_ = 0
    for call in calls:
        levels = [one["level"] for one in _heard(portal, call)]
        began = next((at for at, level in enumerate(levels) if level > QUIET), len(levels))
        silent += sum(level <= QUIET for level in levels[began:])
        all_ += len(levels) - began
    return silent / max(all_, 1)


def _talk(running: Demo, data: Path, customers: list[str], *, measured: int) -> tuple[Talked, Used]:
    talk = Talk(
        hub=running.facts["hub"]["url"],
        customers=customers,
        seconds=2 * measured,
    )
    command = [sys.executable, "-m", "bench.talkers"]
    given = environment() | {"CENTRALA_DATA": str(data), "DATABASE_URL": Cluster.at(data).dsn()}
    with subprocess.Popen(command, env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(talk))
        process.stdin.close()
        process.stdout.readline()  # all talk
        used = _used(running, measured / 2)
        return msgspec.json.decode(process.stdout.read(), type=Talked), used


def _used(running: Demo, measured: float) -> Used:
    hub = [*running.children("centrala.cli"), *running.children("postgres")]
    cloud = running.children("localazure")
    before, at = (_seconds(hub), _seconds(cloud)), time.perf_counter()
    time.sleep(measured)
    passed = time.perf_counter() - at
    return Used((_seconds(hub) - before[0]) / passed, (_seconds(cloud) - before[1]) / passed)


def _seconds(processes: list[psutil.Process]) -> float:
    return sum(seconds(one) for one in processes if one.is_running())


def _unanswered(data: Path) -> int:
    with psycopg.connect(Cluster.at(data).dsn()) as connection:
        row = connection.execute(UNANSWERED, [ANSWERED_SECONDS]).fetchone()
    assert row is not None
    return int(row[0])
