"""The fixture `local_azure`: a local cloud of one's own for a test session."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

START_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Communication:
    resource_name: str
    resource_id: str
    connection_string: str
    phone_numbers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Application:
    """Of the seed; `secrets` by name. `service_principal_id` is empty where it has none."""

    client_id: str
    object_id: str
    service_principal_id: str
    secrets: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Person:
    """`role` is the one in the subscription, empty for whoever has none."""

    username: str
    password: str
    object_id: str
    role: str


@dataclass(frozen=True, kw_only=True)
class LocalAzure:
    """The ready file's values; in the standard seed `people` are adam, beata, ala and celina.

    `control` speaks to the control API, whose paths begin with /_local. `data` is the folder.
    """

    url: str
    portal: str
    ca_bundle: str
    tenant_id: str
    subscription_id: str
    resource_group: str
    client_id: str
    client_secret: str
    event_grid_principal: str
    communication_services: dict[str, Communication]
    applications: dict[str, Application]
    people: dict[str, Person]
    data: Path
    control: "httpx.Client"

    @property
    def acs(self) -> Communication:
        """The first resource."""
        for one in self.communication_services.values():
            return one
        raise RuntimeError("The seed of this local cloud has no Communication Services resource.")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "local_azure_seed", "what the fixture local_azure starts with: full, bare, or a YAML file", default=""
    )


@pytest.fixture(scope="session")
def local_azure_seed(pytestconfig: pytest.Config) -> str | Path:
    """What `local_azure` starts with; the ini option of the same name unless a project overrides this fixture.

    A file's path counts from the ini file's folder.
    """
    named = str(pytestconfig.getini("local_azure_seed"))
    return named if named in {"", "full", "bare"} else pytestconfig.rootpath / named


@pytest.fixture(scope="session")
def local_azure(tmp_path_factory: pytest.TempPathFactory, local_azure_seed: str | Path) -> Iterator[LocalAzure]:
    """Runs `localazure up` on free ports in a folder of its own, one per worker, and ends it with SIGTERM."""
    data = tmp_path_factory.mktemp("localazure")
    process = start(data, *(["--seed", str(local_azure_seed)] if local_azure_seed else []))
    try:
        with described(wait_until_ready(process, data), data) as azure:
            yield azure
    finally:
        stop(process)


@contextmanager
def described(facts: dict[str, Any], data: Path) -> Iterator[LocalAzure]:  # the ready file's JSON
    import httpx  # here, because the plugin is imported by every pytest run of the environment

    facts = {name: value for name, value in facts.items() if name != "acs"}
    services = {
        name: Communication(**one | {"phone_numbers": tuple(one["phone_numbers"])})
        for name, one in facts.pop("communication_services").items()
    }
    applications = {name: Application(**one) for name, one in facts.pop("applications").items()}
    people = {name: Person(**one) for name, one in facts.pop("people").items()}
    with httpx.Client(base_url=facts["portal"], timeout=30, trust_env=False) as control:
        yield LocalAzure(
            **facts,
            communication_services=services,
            applications=applications,
            people=people,
            data=data,
            control=control,
        )


def start(data: Path, *options: str) -> subprocess.Popen[bytes]:
    """The output goes to `log` in the data folder. Ports are free ones unless the options say otherwise."""
    data.mkdir(exist_ok=True)
    (data / "started.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "localazure.cli", "up", "--data", str(data), "--port", "0", "--portal-port", "0"]
    with (data / "log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603  # our own program
            [*command, "--ready-file", str(data / "started.json"), *options], stdout=log, stderr=log
        )


def wait_until_ready(process: "subprocess.Popen[bytes]", data: Path) -> dict[str, Any]:  # the ready file's JSON
    deadline = time.monotonic() + START_SECONDS
    while not (data / "started.json").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"localazure did not start: {(data / 'log').read_text(errors='replace')[-2000:]}")
        time.sleep(0.02)
    facts: dict[str, Any] = json.loads((data / "started.json").read_text())
    return facts


def stop(process: "subprocess.Popen[bytes]") -> int:
    process.terminate()
    try:
        return process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
