"""The fixtures `local_azure`, a local cloud for a test session, and `new_local_azure`, one for a single test."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from localazure.client import Application, Communication, LocalAzure, Person, Storage, described

__all__ = ["Application", "Communication", "LocalAzure", "Person", "Storage"]
START_SECONDS = 30


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


class Start(Protocol):
    """A cloud with a folder and a seed of its own, until the test ends."""

    def __call__(self, *, seed: str | Path = "", loose: Iterable[str] = ()) -> LocalAzure: ...


@pytest.fixture
def new_local_azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts local clouds for one test, inside this process: the next one takes a fraction of a process's time."""
    from localazure.inside import local_cloud  # here, because the plugin is imported by every pytest run

    with ExitStack() as running:

        def begin(*, seed: str | Path = "", loose: Iterable[str] = ()) -> LocalAzure:
            data = tmp_path_factory.mktemp("localazure")
            return running.enter_context(local_cloud(data, seed=seed, loose=loose))

        yield begin


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
