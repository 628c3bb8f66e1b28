"""`centrala up`: ready wherever it listens, and careful with a database of your own."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql

from centrala.cli.up import answers
from centrala.cli.web import address
from centrala.database import dsn
from running_demo import clean_environment, free_port, until

pytestmark = pytest.mark.long

READY_SECONDS = 40
OWN = "up_own"


@pytest.fixture
def own_database() -> Iterator[str]:
    """The address of an empty database."""
    url = os.environ["DATABASE_URL"]
    name = sql.Identifier(OWN)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(name))
        yield url.replace("/centrala?", f"/{OWN}?")
        connection.execute(sql.SQL("drop database {} with (force)").format(name))


@contextmanager
def up(data: Path, *options: str, **environment: str) -> Iterator[str]:
    """Runs it until it says that it is ready, and answers the line; fails with its log when it never does."""
    log = data / "up.log"
    argv = [sys.executable, "-m", "centrala.cli", "up", "--data", str(data), *options]
    with log.open("wb") as output:
        process = subprocess.Popen(argv, env=clean_environment() | environment, stdout=output, stderr=output)
    try:
        until(lambda: "Centrala runs" in log.read_text() or process.poll() is not None, READY_SECONDS)
        yield next((line for line in log.read_text().splitlines() if "Centrala runs" in line), log.read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def test_up_is_ready_on_another_host_and_migrates_a_database_of_ones_own_when_told(
    tmp_path: Path, own_database: str
) -> None:
    port = free_port()

    with up(tmp_path, "--host", "127.0.0.2", "--port", str(port), "--migrate", DATABASE_URL=own_database) as line:
        assert line.startswith(f"Centrala runs on http://127.0.0.2:{port} ")

        link = set_up_link(tmp_path)
        assert link.startswith(f"http://127.0.0.2:{port}/set-up/")
        page = httpx.get(link, headers={"Host": "localhost"}, trust_env=False)
        assert (page.status_code, "Set up Centrala" in page.text) == (200, True)


def set_up_link(data: Path) -> str:
    """What is printed while nobody is here."""
    log = data / "up.log"
    until(lambda: "/set-up/" in log.read_text(), READY_SECONDS)
    return next(word for word in log.read_text().split() if "/set-up/" in word)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_of_several_web_processes_one_prints_the_link(tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    logs = [tmp_path / f"{port}.log" for port in ports]
    processes = []
    for port, log in zip(ports, logs, strict=True):
        argv = [sys.executable, "-m", "centrala.cli", "web", "--data", str(tmp_path), "--port", str(port)]
        with log.open("wb") as output:
            processes.append(
                subprocess.Popen(argv, env=clean_environment() | {"DATABASE_URL": dsn()}, stdout=output, stderr=output)
            )
    try:
        for port in ports:
            until(lambda port=port: answers(f"http://127.0.0.1:{port}/healthz") is not None, READY_SECONDS)
        said = "".join(log.read_text() for log in logs)
        link = next(word for word in said.split() if "/set-up/" in word)
        page = httpx.get(link, trust_env=False)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    assert said.count("/set-up/") == 1
    assert (page.status_code, "Set up Centrala" in page.text) == (200, True)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("2001:db8::1", "http://[2001:db8::1]:8080"),
        ("hub.example.org", "http://hub.example.org:8080"),
    ],
)
def test_address_to_ask_for_a_listening_host_is_one_that_answers(host: str, expected: str) -> None:
    assert address(host, 8080) == expected


def test_embedded_database_is_found_whatever_libpq_variables_the_shell_has(tmp_path: Path) -> None:
    elsewhere = {
        "PGPORT": "1",
        "PGOPTIONS": "-c search_path=nowhere",
        "PGSERVICE": "nobodys",
        "PGHOSTADDR": "127.0.0.1",
    }
    port = str(free_port())

    with up(tmp_path, "--port", port, **elsewhere) as line:
        assert line.startswith("Centrala runs")


def test_port_that_speaks_no_http_answers_nothing() -> None:
    """As a port of one's own connection does, which sends the question back."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        echo = threading.Thread(target=_echo, args=[listener])
        echo.start()

        assert answers(f"http://127.0.0.1:{listener.getsockname()[1]}/healthz") is None

        echo.join()


def _echo(listener: socket.socket) -> None:
    with listener.accept()[0] as talk:
        talk.sendall(talk.recv(4096))
