"""The test run: one PostgreSQL for all of it, no network beyond loopback, a loud word when no browser was there.

Loaded by `-p centrala_plugin` (pyproject.toml), because pytest-django reads the settings, and they the environment,
before any conftest.py. Under xdist the controller starts the server and the workers inherit the environment.
"""

import gc
import importlib.util
import ipaddress
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from centrala.postgres import Cluster, PostgresError
from centrala.postgres.account import LIBRARY

PREFIX = "centrala-tests-"
STARTED = "CENTRALA_TESTS_STARTED"  # set by the process that runs the server
FORGOTTEN = 3600  # seconds after which the folder of a run that was killed is removed
MARK = "made-by-a-test-run"  # only what carries it is ever removed
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # the data is thrown away anyway
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = "no Chromium was found"
CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
LONG_ONLY, NOT_LONG = "long", "not long"  # what make test-long and make test ask for
LONG = "mark.long"
ALL_LONG = re.compile(r"^pytestmark = .*\bmark\.long\b", re.MULTILINE)
OBJECTS_A_COLLECTION = 20_000  # Python's own 700 would have each test walk through all of the others


class NetworkRefused(RuntimeError):
    """A test tried to leave this machine. Not an OSError: code under test must not take it for a bad connection."""


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    if importlib.util.find_spec("centrala.settings") is None:
        pluginmanager.set_blocked("django")  # nothing to set up; tests without Django still run


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    if STARTED not in os.environ:
        _remove_forgotten()
        _start(early_config)
    if os.environ.get("CENTRALA_TESTS_ON_AZURE") != "1":  # make test-azure: against a real subscription
        sys.addaudithook(_stay_on_loopback)
    return (yield)


def _start(config: pytest.Config) -> None:
    data = Path(tempfile.mkdtemp(prefix=PREFIX))
    (data / MARK).touch()
    cluster = Cluster.at(data, settings=UNSAFE)
    config.add_cleanup(lambda: _remove(cluster, data))
    try:
        cluster.start()
    except PostgresError as error:
        raise pytest.UsageError(str(error)) from None
    cluster.ensure_database()
    os.environ |= {
        STARTED: str(os.getpid()),
        "DATABASE_URL": cluster.dsn(),
        "CENTRALA_DATA": str(data),
        "CENTRALA_KEYS": Fernet.generate_key().decode(),
    }


def _remove(cluster: Cluster, data: Path) -> None:
    cluster.destroy()
    shutil.rmtree(data, ignore_errors=True)
    os.environ.pop(STARTED, None)


def _remove_forgotten() -> None:
    """Only what a test made: a run's own folder by its mark, others by lying where pytest alone makes folders. A mark
    would come too late for those: their clusters are made by child processes, which die with the run."""
    for data in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if (
                not (data / MARK).is_file()
                or data.stat().st_uid != os.geteuid()
                or time.time() - data.stat().st_mtime < FORGOTTEN
            ):
                continue
            _remove(Cluster.at(data), data)
        except (PostgresError, FileNotFoundError):
            continue  # a long run still uses it, or another run was faster
    for origin in LIBRARY.glob("*/data-folder"):  # as root, of tests whose temporary folder pytest has removed since
        data = Path(os.fsdecode(origin.read_bytes().strip()))
        if _is_pytests(data) and not data.exists() and time.time() - origin.stat().st_mtime > FORGOTTEN:
            shutil.rmtree(origin.parent, ignore_errors=True)


def _is_pytests(data: Path) -> bool:
    below = Path(tempfile.gettempdir()).resolve()
    return data.is_relative_to(below) and data.relative_to(below).parts[0].startswith("pytest-of-")


def _stay_on_loopback(event: str, arguments: tuple[object, ...]) -> None:
    if event in CONNECTING:
        address = arguments[1]
        if isinstance(address, tuple) and isinstance(address[0], str) and not _is_local(address[0]):
            raise NetworkRefused(f"A test tried to reach {address[0]}: tests stay on loopback.")
    elif event == "socket.getaddrinfo":
        host = os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes) else ""
        if not _is_local(host) and not _is_address(host):
            raise NetworkRefused(f"A test tried to look up {host}: tests stay on loopback.")


def _is_local(host: str) -> bool:
    if host in {"", "localhost"} or host.endswith(".localhost"):
        return True
    return _is_address(host) and ipaddress.ip_address(host.partition("%")[0]).is_loopback


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A file none of whose tests is to run need not be imported, nor what its tests stand on."""
    if config.option.markexpr not in {LONG_ONLY, NOT_LONG} or not collection_path.match("test_*.py"):
        return None
    text = collection_path.read_text("utf-8")
    unwanted = LONG not in text if config.option.markexpr == LONG_ONLY else ALL_LONG.search(text)
    return True if unwanted else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays until the end: the collector never looks at it, then or later."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.set_threshold(OBJECTS_A_COLLECTION)
    gc.enable()
    return collected


def chromium() -> str | None:
    """The browser for tests marked `browser`: CHROMIUM, else what the system has."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and chromium() is None:
        if os.environ.get("CENTRALA_REQUIRE_BROWSER") == "1":
            pytest.fail(f"{NO_BROWSER} and CENTRALA_REQUIRE_BROWSER=1", pytrace=False)
        pytest.skip(NO_BROWSER)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    missed = [report for report in reporter.stats.get("skipped", []) if NO_BROWSER in str(report.longrepr)]
    if missed:
        reporter.write_line(
            f"BROWSER TESTS DID NOT RUN: {len(missed)} of them, {NO_BROWSER} (make browser installs Debian's Chromium)",
            red=True,
            bold=True,
        )
