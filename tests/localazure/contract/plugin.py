"""Records what every local cloud of the run answers, and judges all of it at the end.

The run fails by a violation; when the whole of tests/localazure ran, also by an operation that nothing called with
success; and by missing specifications where CENTRALA_REQUIRE_SPECS=1 says that they must be there.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

FOLDER = "LOCALAZURE_RECORD"
TESTS = Path(__file__).parents[1]
FULL = {"", "not long"}
SHOWN = 40  # violations
LOST = "AZURE'S SPECIFICATIONS ARE MISSING"
LOUD = "NOT TRIED"
FIX = "AZURE_SPECS names their folder, ../shared/specs is looked into without it"


class Judged(NamedTuple):
    """What one process found: the violations, the operations that answered with success, the number of answers."""

    violations: list[str]
    called: list[str]
    number: int


LINES = pytest.StashKey[list[str]]()
JUDGED = pytest.StashKey[list[Judged]]()


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        own = Path(os.environ[FOLDER]) / config.workerinput["workerid"]
        own.mkdir()
        os.environ[FOLDER] = str(own)
    elif FOLDER not in os.environ:  # else somebody wants to look at the lines
        folder = Path(tempfile.mkdtemp(prefix="localazure-answers-"))
        os.environ[FOLDER] = str(folder)
        config.add_cleanup(lambda: _forget(folder))
    config.stash[JUDGED] = []


def _forget(folder: Path) -> None:
    os.environ.pop(FOLDER, None)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    for part in getattr(node, "workeroutput", {}).get("judged", []):
        node.config.stash[JUDGED].append(Judged(*part))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Each process judges what its clouds answered; the one that started the run adds that up."""
    config, folder = session.config, Path(os.environ[FOLDER])
    from contract import specs  # here, because every run loads this module

    if any(folder.glob("*.jsonl")) and specs.folder() is not None:
        config.stash[JUDGED].append(judgement(folder))
    if hasattr(config, "workerinput"):
        config.workeroutput["judged"] = [tuple(part) for part in config.stash[JUDGED]]
        return
    if not any(folder.rglob("*.jsonl")):
        return
    if specs.folder() is None:
        lines, failed = [f"{LOST}: no answer was judged. {FIX}."], specs.required()
    else:
        complete = _is_whole(config) and exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        lines, failed = summary(config.stash[JUDGED], complete=complete)
    config.stash[LINES] = lines
    if failed and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash.get(LINES, [])
    bad = len(lines) > 1 or any(LOST in line for line in lines)
    for line in lines:
        terminalreporter.write_line(line, red=bad, green=not bad)
    reasons = {report.longrepr[2] for report in terminalreporter.stats.get("skipped", [])}
    for reason in sorted(reason.removeprefix("Skipped: ") for reason in reasons if LOUD in reason):
        terminalreporter.write_line(reason, red=True, bold=True)


def judgement(folder: Path) -> Judged:
    from contract import judge, recorded, specs

    violations, called, number = judge.judged(specs.specs(), recorded.read(folder))
    return Judged([str(one) for one in violations], [one.name for one in called], number)


def summary(parts: list[Judged], *, complete: bool) -> tuple[list[str], bool]:
    """The lines to show, and whether the run fails."""
    from contract import routes

    violations = sorted({one for part in parts for one in part.violations})
    called = {name for part in parts for name in part.called}
    missed = [one.name for one in routes.emulated() if one.name not in called] if complete else []
    lines = [
        *(f"VIOLATION {one}" for one in violations[:SHOWN]),
        *([f"... and {len(violations) - SHOWN} more"] if len(violations) > SHOWN else []),
        *(f"NO TEST CALLS {name} with success" for name in missed),
    ]
    number = sum(part.number for part in parts)
    last = f"{number} answers of the local cloud held against Microsoft's: {len(violations)} violations"
    return [*lines, last + (f", {len(missed)} operations without a test" if complete else "")], bool(lines)


def _is_whole(config: pytest.Config) -> bool:
    """Whether every test of the local cloud was to run, but for the long ones."""
    if config.option.keyword or config.option.markexpr not in FULL or config.option.collectonly:
        return False
    if getattr(config.option, "lf", False) or config.option.deselect or config.option.ignore:
        return False
    named = [
        (config.invocation_params.dir / one.partition("::")[0]).resolve() for one in config.args if "::" not in one
    ]
    return any(TESTS.is_relative_to(path) for path in named)
