"""The test run's own plugin: a database for all, loopback only, a loud word without a browser."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from centrala_plugin import NetworkRefused
from postgres.scene import line, wait_until

TESTS = Path(__file__).parents[1]
PLAIN = ["-p", "centrala_plugin", "-p", "no:django", "-p", "no:localazure", "-p", "no:cacheprovider", "-q"]
BROWSER_TEST = "import pytest\n@pytest.mark.browser\ndef test_page(): pass\ndef test_plain(): pass\n"
HANGING_TEST = """
import os, signal
def test_hangs():
    print(os.getpid(), os.environ["CENTRALA_DATA"], flush=True)
    while True: signal.pause()
"""
ELSEWHERE = ("192.0.2.1", 9)  # an address reserved for documentation


def nested(folder: Path, code: str, **environment: str) -> list[str]:
    """Words that run one test file with the plugin; the environment goes with them."""
    (folder / "test_nested.py").write_text(code)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = browser\n")
    path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    variables = [f"{name}={value}" for name, value in {"PYTHONPATH": path, **environment}.items()]
    return ["env", *variables, sys.executable, "-m", "pytest", *PLAIN, str(folder)]


def test_run_has_a_database() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        assert connection.execute("select current_database(), current_setting('fsync')").fetchone() == (
            "centrala",
            "off",
        )


@pytest.mark.parametrize(
    "leave",
    [
        lambda sock: sock.connect(ELSEWHERE),
        lambda sock: sock.connect_ex(ELSEWHERE),
        lambda sock: socket.getaddrinfo("example.com", 9),
    ],
    ids=["connect", "connect_ex", "look-up"],
)
def test_way_out_is_refused(leave: Callable[[socket.socket], object]) -> None:
    with socket.socket() as sock, pytest.raises(NetworkRefused, match="tests stay on loopback"):
        leave(sock)


def test_datagram_beyond_loopback_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(NetworkRefused):
        sock.sendto(b"", ELSEWHERE)


async def test_way_out_through_asyncio_is_refused() -> None:
    with socket.socket() as sock:
        sock.setblocking(False)

        with pytest.raises(NetworkRefused):
            await asyncio.get_running_loop().sock_connect(sock, ELSEWHERE)


def test_loopback_is_open() -> None:
    with socket.create_server(("localhost", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


@pytest.mark.long
def test_run_without_browser_says_so_in_its_last_line(tmp_path: Path) -> None:
    command = nested(tmp_path, BROWSER_TEST, PATH="/nowhere", CHROMIUM="", CENTRALA_REQUIRE_BROWSER="")

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert "1 passed, 1 skipped" in done.stdout
    assert done.stdout.splitlines()[-1] == (
        "BROWSER TESTS DID NOT RUN: 1 of them, no Chromium was found (make browser installs Debian's Chromium)"
    )


@pytest.mark.long
def test_run_that_demands_a_browser_fails_without(tmp_path: Path) -> None:
    command = nested(tmp_path, BROWSER_TEST, PATH="/nowhere", CHROMIUM="", CENTRALA_REQUIRE_BROWSER="1")

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "1 passed, 1 error" in done.stdout


@pytest.mark.long
def test_interrupted_run_stops_and_removes_its_database(tmp_path: Path) -> None:
    command = nested(tmp_path, HANGING_TEST)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CENTRALA_")}
    run = subprocess.Popen([*command, "-s"], stdout=subprocess.PIPE, text=True, env=environment)
    pid, data = line(run.stdout).split()

    os.kill(int(pid), signal.SIGINT)
    run.communicate()

    assert run.returncode == pytest.ExitCode.INTERRUPTED
    wait_until(lambda: not Path(data).exists())
