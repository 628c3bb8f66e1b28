"""A plugin of pytest: which lines of the hub each test runs, and how long it takes. Or, of tests that are named, only
those, the quick ones first.

MUTATION_COVERED names the file for the answer, MUTATION_TESTS one with the ids and seconds of the tests that are
wanted.
"""

import contextlib
import json
import os
import signal
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Generator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

HUB = str(Path(__file__).parents[2] / "src/centrala") + os.sep
LEAST, TIMES = 8.0, 5.0
FAILURE = Path("build/mutation/failure.txt")  # why the last mutant was killed
PACKAGES = tuple(HUB + name + os.sep for name in ("hooks", "inbox", "routing", "conversations", "worker"))
covered: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
seconds: dict[str, float] = defaultdict(float)
failed: set[str] = set()
limits: dict[str, float] = {}  # seconds of each test, where a mutant may make it wait for ever
running = [""]
instead_of_running: list[Callable[[pytest.Session], None]] = []


class Copied:
    """The database is made once, from the code as it is, and copied from there. Registered last, so that it counts."""

    @pytest.fixture(scope="session")
    @classmethod
    def django_db_setup(cls, django_test_environment: None) -> None:
        from django.conf import settings
        from django.db import connection

        name = os.environ["MUTATION_DATABASE"]
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Copied())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    wanted = os.environ.get("MUTATION_TESTS")
    if wanted:
        took: dict[str, float] = json.loads(Path(wanted).read_text())
        items[:] = chosen(items, took)
        limits.update({test: LEAST + TIMES * seconds for test, seconds in took.items()})


def chosen(items: list[pytest.Item], took: dict[str, float]) -> list[pytest.Item]:
    """The quick ones first."""
    return sorted((item for item in items if item.nodeid in took), key=lambda item: (_empties(item), took[item.nodeid]))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Where somebody waits for all to be loaded, nothing is run."""
    if instead_of_running:
        instead_of_running[0](session)
        return True
    return None


def run(session: pytest.Session, took: dict[str, float]) -> int:
    """In a process of its own. Answers as pytest would."""
    instead_of_running.clear()
    session.items = chosen(session.items, took)
    limits.update({test: LEAST + TIMES * seconds for test, seconds in took.items()})
    with contextlib.suppress(pytest.Session.Failed):
        session.config.hook.pytest_runtestloop(session=session)
    return int(bool(session.testsfailed))


def _empties(item: pytest.Item) -> bool:
    """A test with real commits empties the tables, and what migrations wrote with them: after all others."""
    mark = item.get_closest_marker("django_db")
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return "transactional_db" in fixtures or bool(mark and mark.kwargs.get("transaction"))


def _trace(frame: FrameType, event: str, _argument: object) -> Any:
    name = frame.f_code.co_filename
    if not name.startswith(PACKAGES):
        return None
    lines = covered[running[0]][name[len(HUB) :]]

    def line(frame: FrameType, event: str, _argument: object) -> Any:
        lines.add(frame.f_lineno)
        return line

    return line


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    running[0] = item.nodeid
    if item.nodeid in limits:
        signal.setitimer(signal.ITIMER_REAL, limits[item.nodeid])  # the end of this process: no handler is set
    if "MUTATION_COVERED" in os.environ:
        threading.settrace(_trace)
        sys.settrace(_trace)
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    seconds[report.nodeid] += report.duration
    if not report.passed:
        failed.add(report.nodeid)
        FAILURE.write_text(f"{report.nodeid}\n{report.longrepr}\n")


def pytest_sessionfinish() -> None:
    if "MUTATION_COVERED" in os.environ:
        sys.settrace(None)
        answer = {
            test: {"seconds": took, "lines": {name: sorted(lines) for name, lines in covered[test].items()}}
            for test, took in seconds.items()
            if test not in failed
        }
        Path(os.environ["MUTATION_COVERED"]).write_text(json.dumps(answer))
