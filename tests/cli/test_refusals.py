"""A user's mistake, or the machine's, is one line with cause and fix, an exit code, and no traceback."""

import http.server
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TextIO
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet

from centrala.api.actions import issue
from centrala.api.models import ApiToken, Scope
from centrala.cli import main
from centrala.database import dsn
from centrala.installation import Installation
from centrala.organization.actions import set_up
from centrala.postgres import Cluster
from hub import RESOURCE, TENANT, ala
from running_demo import clean_environment

pytestmark = pytest.mark.long

SIGNED_IN = {"AZURE_TENANT_ID": str(TENANT), "AZURE_CLIENT_ID": str(TENANT), "AZURE_CLIENT_SECRET": "nobody's"}
ANSWERS_NOBODY = "endpoint=https://localhost:1/;accesskey=bm9ib2R5IGFuc3dlcnMgaGVyZSBhdCBhbGw="


def centrala(*words: str, stdin: TextIO | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "centrala.cli", *words],
        stdin=stdin or subprocess.DEVNULL,
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def the_one_line(done: subprocess.CompletedProcess[str], *, code: int = 1) -> str:
    """The complaint; children's lines stand behind the supervisor's column."""
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    return lines[-1]


Here = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Here:
    """`centrala WORDS` without a process of its own: for what is refused before Django is needed."""

    def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        for name in os.environ.keys() - clean_environment().keys():
            monkeypatch.delenv(name)
        monkeypatch.setenv("CENTRALA_DATA", str(tmp_path / "data"))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        try:
            code = main(words)
        except SystemExit as exit_:
            code = int(str(exit_.code))
        said = capsys.readouterr()
        return subprocess.CompletedProcess(words, code, said.out, said.err)

    return run


@pytest.mark.django_db(transaction=True)
def test_port_taken_names_the_port_and_the_option(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        line = the_one_line(centrala("web", "--port", str(port), "--data", str(tmp_path), DATABASE_URL=dsn()))

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


@pytest.mark.django_db(transaction=True)
def test_cloud_out_of_reach_is_said_at_the_connection_string(tmp_path: Path) -> None:
    set_up(name="Centrala", tenant_id=TENANT)

    done = centrala(
        "connect",
        *("--data", str(tmp_path), "--resource-id", RESOURCE, "--yes"),
        *("--event-grid-app-id", str(uuid4()), "--event-grid-app-tenant-id", str(TENANT)),
        DATABASE_URL=dsn(),
        ACS_CONNECTION_STRING=ANSWERS_NOBODY,
        AZURE_AUTHORITY_HOST="https://localhost:1",  # not Microsoft's cloud, whose resources have other hosts
    )

    line = the_one_line(done)
    assert line.startswith("--connection-string: The service at localhost:1 could not be asked")
    assert line.endswith("Check the host and the network, then retry.")


def test_unknown_command_is_wrong_usage(here: Here) -> None:
    done = here("konnect")

    assert done.returncode == 2
    assert "invalid choice" in done.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("up", "--port", "70000"), "argument --port: 70000 is not a port: 1 to 65535"),
        (("web", "--tls-port", "-1"), "argument --tls-port: -1 is not a port: 0 to 65535"),
        (("events", "--limit", "-1"), "argument --limit: -1 is not a number of rows: 1 to 10000"),
        (("token", "x", "--user", "ala", "--days", "99999999999"), "99999999999 is not a number of days: 1 to 3650"),
        (("token", "x", "--user", "ala", "--days", "0"), "argument --days: 0 is not a number of days: 1 to 3650"),
    ],
)
def test_figure_out_of_range_is_wrong_usage(here: Here, words: tuple[str, ...], complaint: str) -> None:
    done = here(*words)

    assert done.returncode == 2
    assert done.stderr.strip().endswith(complaint)


def test_resource_id_that_is_none_is_refused(here: Here) -> None:
    line = the_one_line(here("provision", "--resource-id", "foo", "--yes"))

    assert "--resource-id foo is not the id of a Communication Services resource. Fix:" in line


def test_application_id_that_is_a_name_is_refused(here: Here) -> None:
    line = the_one_line(here("provision", "--application-id", "x') or ('", "--resource-id", RESOURCE, "--yes"))

    assert "--application-id x') or (' is not an id of the form" in line


def test_provisioning_without_a_terminal_demands_yes(tmp_path: Path) -> None:
    done = centrala("provision", "--resource-id", RESOURCE, "--data", str(tmp_path), **SIGNED_IN)

    assert the_one_line(done) == "centrala: Nothing was changed: there is no terminal to ask at. Fix: say --yes."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["migrate", "organization", "user", "token", "numbers", "replay"])
def test_command_that_changes_something_takes_yes(here: Here, command: str) -> None:
    assert "--yes" in here(command, "--help").stdout


@pytest.mark.parametrize("url", ["postgresql://h:abc/x", "postgresql://ala:hunter2/@h/x", "postgresql://[hunter2@h/x"])
def test_address_of_a_database_that_is_none_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    line = the_one_line(centrala("migrate", "--data", str(tmp_path), DATABASE_URL=url))

    assert line.startswith("centrala: DATABASE_URL is no address")
    assert "hunter2" not in line


def test_data_folder_that_cannot_be_written_is_named_with_a_database_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    line = the_one_line(
        centrala("migrate", "--data", str(tmp_path / "file" / "data"), DATABASE_URL=os.environ["DATABASE_URL"])
    )

    assert f"{tmp_path}/file/data/secret.key cannot be made (Not a directory). Fix: choose another data" in line


@pytest.mark.parametrize("file", ["centrala.toml", "secret.key", "keys"])
def test_file_that_is_no_text_is_named(tmp_path: Path, file: str) -> None:
    (tmp_path / file).write_bytes(b"host = '\xff'")

    line = the_one_line(centrala("migrate", "--data", str(tmp_path), DATABASE_URL=os.environ["DATABASE_URL"]))

    assert line == f"centrala: {tmp_path / file} is not UTF-8 text. Fix: write it anew as UTF-8."


def test_folder_in_the_place_of_a_file_is_named(here: Here, tmp_path: Path) -> None:
    (tmp_path / "data" / "centrala.toml").mkdir(parents=True)

    line = the_one_line(here("up"))

    assert f"{tmp_path}/data/centrala.toml cannot be read (Is a directory)" in line


@pytest.mark.parametrize("spelling", ["{}", "../keys/of-ours", "keys/of-ours"])
def test_keys_are_read_from_the_file_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    (folder / "of-ours").write_text("\n".join(keys) + "\n")
    monkeypatch.chdir(folder if spelling.startswith("..") else tmp_path)
    monkeypatch.setenv("CENTRALA_KEYS", spelling.format(folder / "of-ours"))

    assert Installation(tmp_path).keys == keys


def test_key_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    keys = tmp_path / "none"

    line = the_one_line(
        centrala("migrate", "--data", str(tmp_path), DATABASE_URL=os.environ["DATABASE_URL"], CENTRALA_KEYS=str(keys))
    )

    assert line.startswith(f"centrala: The key file {keys} cannot be read (No such file or directory).")


@pytest.mark.parametrize("command", [("web", "--port", "1"), ("worker",), ("up",), ("events",)])
def test_database_of_another_version_is_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    empty = os.environ["DATABASE_URL"]  # the run's own, which has no tables: tests have others

    line = the_one_line(centrala(*command, "--data", str(tmp_path), DATABASE_URL=empty))

    assert line.endswith("The database is not of this version yet. Fix: centrala migrate.")


@pytest.mark.long
def test_doctor_tells_of_a_database_of_another_version(tmp_path: Path) -> None:
    empty = os.environ["DATABASE_URL"]

    told = centrala("doctor", "--rule", "migrations", "--json", "--data", str(tmp_path), DATABASE_URL=empty)

    [finding] = json.loads(told.stdout)
    assert finding["cause"].startswith("The database lacks changes of this version:")
    assert told.returncode == 1
    assert "Traceback" not in told.stderr


@pytest.mark.django_db(transaction=True)
def test_token_is_revoked_by_its_name_and_user(tmp_path: Path) -> None:
    owner = ala()
    issue(owner=owner, name="reports", scopes=[Scope.NUMBERS_READ], actor=None)
    kept, _token = issue(owner=owner, name="other", scopes=[Scope.NUMBERS_READ], actor=None)
    words = ("token", "reports", "--user", "ala", "--revoke", "--data", str(tmp_path))

    done = centrala(*words, DATABASE_URL=dsn())
    again = centrala(*words, DATABASE_URL=dsn())

    assert (done.returncode, done.stdout) == (0, "reports is revoked.\n")
    assert list(ApiToken.objects.filter(revoked_at=None)) == [kept]
    assert the_one_line(again).startswith("centrala: ala has no token reports. Fix:")


@pytest.mark.django_db(transaction=True)
def test_token_of_a_scope_that_is_none_is_refused(tmp_path: Path) -> None:
    ala()

    told = centrala("token", "x", "--user", "ala", "--scope", "all", "--data", str(tmp_path), DATABASE_URL=dsn())

    assert told.returncode == 1
    assert the_one_line(told).startswith("centrala: There is no scope all. Fix: one of conversations:read, ")


def test_port_of_another_hub_is_taken_too(tmp_path: Path) -> None:
    """It answers as ours would, so that only the start's own word tells them apart."""

    class Hub(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("X-Centrala-Start", "another")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as other:
        threading.Thread(target=other.serve_forever).start()
        port = other.server_address[1]

        line = the_one_line(centrala("up", "--port", str(port), "--data", str(tmp_path / "data")))
        other.shutdown()

    Cluster.at(tmp_path / "data").destroy()
    assert f"Port {port} on 127.0.0.1 cannot be used" in line
