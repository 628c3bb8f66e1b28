"""centrala.toml and CENTRALA_…: what is no such setting is one line that names place, key and fix; exit code 2."""

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from centrala.cli import main
from centrala.configuration import Configuration, paths, read, variable
from centrala.errors import WrongSetting
from centrala.installation import Installation
from running_demo import clean_environment

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
Up = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def up(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Up:
    """`centrala up` with such a file and such variables, where it comes to nothing."""

    def run(file: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
        for name in os.environ.keys() - clean_environment().keys():
            monkeypatch.delenv(name)
        (tmp_path / "centrala.toml").write_text(file)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        code = main(["up", "--data", str(tmp_path)])
        said = capsys.readouterr()
        return subprocess.CompletedProcess([], code, said.out, said.err)

    return run


@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        ("cloud = 3", "cloud is a value. Fix: [cloud], and its keys on the lines below."),
        ('port = "x"', "port is not a port: 1 to 65535. Fix: port = 8080"),
        ('port = "8080"', "port is not a port: 1 to 65535. Fix: port = 8080"),
        ("port = 0", "port is not a port: 1 to 65535. Fix: port = 8080"),
        ("port = true", "port is not a port: 1 to 65535. Fix: port = 8080"),
        ("tls_port = 65536", "tls_port is not a port, 0 to 65535 (0: none). Fix: tls_port = 8443"),
        ("host = 127", 'host is not a text in quotes. Fix: host = "…"'),
        ('hosts = ["a", "b"]', "hosts is not a text in quotes, names by comma."),
        ('secure_cookies = "no"', "secure_cookies is not true or false. Fix: secure_cookies = true"),
        ("stalled_after = nan", "stalled_after is not a number of seconds, up to 86400. Fix: stalled_after = 30"),
        ('dataverse_app_id = "hub"', "dataverse_app_id is not an application (client) id. Fix: dataverse_app_id = "),
        ("prot = 8080", "prot is no key. Fix: did you mean port?"),
        ("zzz = 8080", "zzz is no key. Fix: delete it; the keys are public_url, host, port,"),
        ('[cloud]\ngraf = "https://x"', "[cloud] graf is no key. Fix: did you mean graph?"),
        ('[cloud]\ngraph = "graph.microsoft.com"', "[cloud] graph is not an https address. Fix: graph = "),
        ("[smtp]\nport = 0", "[smtp] port is not a port: 1 to 65535. Fix: port = 587"),
        ('[smtp]\nsecurity = "ssl"', '[smtp] security is not "starttls", "tls" or "none". Fix: security = "starttls"'),
        ('[smtp]\nsender = "hub"', '[smtp] sender is not an address of mail. Fix: sender = "hub@example.org"'),
        ('[smtp]\nhost = "mail"', '[smtp] has a host and no sender. Fix: sender = "hub@example.org"'),
        ("port = ", "is not valid TOML"),
    ],
)
def test_file_with_a_wrong_setting_is_one_line(up: Up, tmp_path: Path, file: str, complaint: str) -> None:
    done = up(file)

    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert line.startswith(f"centrala: {tmp_path}/centrala.toml")
    assert complaint in line


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hub.example.org",
        "ftp://hub.example.org",
        "https://",
        "https://hub.example.org/centrala",
        "https://hub.example.org?a=b",
        "https://hub.example.org#a",
        "https://ala@hub.example.org",
        "https://hub.example.org:x",
        "https://hub.example.org:70000",
        "https://hub example.org",
        "https://żółw.example.org",
        "https://[::1",
        "https://:8443",
    ],
)
def test_public_url_is_scheme_and_host_alone(address: str, tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="public_url is not an https address of scheme and host alone"):
        read({"public_url": address}, {}, file=tmp_path)


@pytest.mark.parametrize(
    "address", ["https://hub.example.org", "http://localhost:8080", "https://[::1]:8443/", "https://10.0.0.1"]
)
def test_public_url_is_told_without_a_slash(address: str, tmp_path: Path) -> None:
    assert read({"public_url": address}, {}, file=tmp_path).public_url == address.rstrip("/")


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("CENTRALA_PORT", "abc", "CENTRALA_PORT is not a port: 1 to 65535. Fix: CENTRALA_PORT=8080"),
        ("CENTRALA_TLS_PORT", "70000", "CENTRALA_TLS_PORT is not a port, 0 to 65535 (0: none). Fix: CENTRALA_TLS_PORT"),
        ("CENTRALA_SECURE_COOKIES", "2", "CENTRALA_SECURE_COOKIES is not true or false. Fix: CENTRALA_SECURE_COOKIES="),
        ("CENTRALA_STALLED_AFTER", "x", "CENTRALA_STALLED_AFTER is not a number of seconds"),
        ("CENTRALA_SMTP_PORT", "x", "CENTRALA_SMTP_PORT is not a port: 1 to 65535. Fix: CENTRALA_SMTP_PORT=587"),
        (
            "PUBLIC_URL",
            "hub",
            "PUBLIC_URL is not an https address of scheme and host alone. Fix: PUBLIC_URL=https://hub",
        ),
        ("AZURE_GRAPH", "x", "AZURE_GRAPH is not an https address. Fix: AZURE_GRAPH=https://"),
        ("CENTRALA_PROT", "1", "CENTRALA_PROT is no variable of Centrala. Fix: did you mean CENTRALA_PORT?"),
        ("CENTRALA_PUBLIC_URL", "1", "CENTRALA_PUBLIC_URL is no variable of Centrala. Fix: did you mean PUBLIC_URL?"),
        ("CENTRALA_SMTP_SENDR", "1", "is no variable of Centrala. Fix: did you mean CENTRALA_SMTP_SENDER?"),
    ],
)
def test_wrong_variable_is_one_line(up: Up, name: str, value: str, complaint: str) -> None:
    done = up(**{name: value})

    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert complaint in line


def test_secret_in_the_wrong_place_is_not_repeated(up: Up) -> None:
    assert "hunter2" not in up('[smtp]\npassword = ["hunter2"]').stderr
    assert "hunter2" not in up(CENTRALA_SMTP_PASSWRD="hunter2").stderr


def test_environment_wins_over_the_file_and_nothing_in_it_counts_as_none(tmp_path: Path) -> None:
    table = {"port": 1, "host": "file", "cloud": {"graph": "https://file"}}
    environment = {"CENTRALA_PORT": "2", "CENTRALA_HOST": "", "AZURE_GRAPH": "https://environment/"}

    found = read(table, environment, file=tmp_path)

    assert (found.port, found.host, found.cloud.graph) == (2, "file", "https://environment")


def test_each_key_is_documented_with_its_variable_and_each_example_is_accepted(tmp_path: Path) -> None:
    text = DOCUMENT.read_text("utf-8")

    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| `([A-Z_]+)` \|", text, re.MULTILINE))
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)

    assert rows == {path: variable(path) for path in paths()}
    assert read(tomllib.loads(example), {}, file=tmp_path) != Configuration()


def test_ids_and_addresses_reach_the_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "centrala.toml").write_text(
        f"[cloud]\nevent_grid_app_id = {json.dumps(str(UUID(int=7)))}\nauthority = 'https://entra.example.org/'\n"
    )
    monkeypatch.setenv("CENTRALA_DATA", str(tmp_path))

    cloud = Installation.here().cloud

    assert cloud.event_grid_app_id == str(UUID(int=7))
    assert (cloud.authority, cloud.graph) == ("https://entra.example.org", "https://graph.microsoft.com")
