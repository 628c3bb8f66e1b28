"""A user's mistake, or the machine's, is one line with cause and fix, exit code 1, and no traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hub import RESOURCE, TENANT
from running_demo import clean_environment

ANSWERS_NOBODY = "endpoint=https://localhost:1/;accesskey=bm9ib2R5IGFuc3dlcnMgaGVyZSBhdCBhbGw="


def centrala(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "centrala.cli", *words],
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def the_one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The complaint; children's lines stand behind the supervisor's column."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    return lines[-1]


def test_port_taken_names_the_port_and_the_option(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        line = the_one_line(
            centrala("web", "--port", str(port), "--data", str(tmp_path), DATABASE_URL=os.environ["DATABASE_URL"])
        )

    assert f"Port {port} on 127.0.0.1 cannot be used: Address already in use. Fix:" in line


@pytest.mark.parametrize("command", [("demo",), ("migrate",)])
def test_data_folder_that_cannot_be_written_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()

    line = the_one_line(centrala(*command, "--data", str(tmp_path / "file" / "data")))

    assert str(tmp_path / "file" / "data") in line
    assert "--data" in line


@pytest.mark.parametrize("option", [(), ("--fresh",)], ids=["plain", "fresh"])
@pytest.mark.parametrize("file", ["thesis.txt", "azure/notes.txt", "centrala.toml"])
def test_demo_leaves_a_folder_alone_that_is_no_demos(tmp_path: Path, option: tuple[str, ...], file: str) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("years of work")

    line = the_one_line(centrala("demo", *option, "--data", str(tmp_path)))

    assert "is not empty and not the folder of a demo" in line
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / file]
    assert (tmp_path / file).read_text() == "years of work"


def test_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://centrala:hunter2@127.0.0.1:1/centrala"

    line = the_one_line(centrala("migrate", "--data", str(tmp_path), DATABASE_URL=url))

    assert "The database does not answer" in line
    assert "Fix: start it, or correct DATABASE_URL." in line
    assert "hunter2" not in line


def test_address_of_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    line = the_one_line(centrala("migrate", "--data", str(tmp_path), DATABASE_URL="mysql://localhost/centrala"))

    assert "Fix: postgresql://" in line


def test_key_that_is_none_is_refused(tmp_path: Path) -> None:
    line = the_one_line(
        centrala("migrate", "--data", str(tmp_path), DATABASE_URL=os.environ["DATABASE_URL"], CENTRALA_KEYS="secret")
    )

    assert "Key 1 of CENTRALA_KEYS is not a Fernet key" in line
    assert "secret" not in line


def test_cloud_out_of_reach_is_said_at_the_connection_string(tmp_path: Path) -> None:
    database = tmp_path / "data"
    assert (
        centrala("organization", "--tenant", str(TENANT), "--licence", "yes", "--data", str(database)).returncode == 0
    )

    done = centrala(
        "connect",
        *("--data", str(database), "--resource-id", RESOURCE, "--yes"),
        *("--event-grid-app-id", str(TENANT), "--event-grid-app-tenant-id", str(TENANT)),
        ACS_CONNECTION_STRING=ANSWERS_NOBODY,
        AZURE_AUTHORITY_HOST="https://localhost:1",  # not Microsoft's cloud, whose resources have other hosts
    )

    line = the_one_line(done)
    assert line.startswith("--connection-string: The service at localhost:1 could not be asked")
    assert line.endswith("Check the host and the network, then retry.")


def test_unknown_command_is_wrong_usage() -> None:
    done = centrala("konnect")

    assert done.returncode == 2
    assert "invalid choice" in done.stderr
