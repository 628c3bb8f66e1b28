"""Records what every local cloud of the run answers, and judges all of it at the end.

The run fails by a violation; when the whole of tests/localazure ran, also by an operation that nothing called with
success; and by missing specifications where CENTRALA_REQUIRE_SPECS=1 says that they must be there.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

FOLDER = "LOCALAZURE_RECORD"
TESTS = Path(__file__).parents[1]
FULL = {"", "not long"}
SHOWN = 40  # violations
LINES = pytest.StashKey[list[str]]()
LOST = "AZURE'S SPECIFICATIONS ARE MISSING"
LOUD = "NOT TRIED"
FIX = "AZURE_SPECS names their folder, ../shared/specs is looked into without it"


def pytest_configure(config: pytest.Config) -> None:
    if FOLDER in os.environ:  # a worker, or somebody who wants to look at the lines
        return
    folder = Path(tempfile.mkdtemp(prefix="localazure-answers-"))
    os.environ[FOLDER] = str(folder)
    config.add_cleanup(lambda: _forget(folder))


def _forget(folder: Path) -> None:
    os.environ.pop(FOLDER, None)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Judges in the process that started the run, after its workers have ended."""
    config, folder = session.config, Path(os.environ[FOLDER])
    if hasattr(config, "workerinput") or not any(folder.glob("*.jsonl")):
        return
    from contract import specs  # here, because every run loads this module

    if specs.folder() is None:
        lines, failed = [f"{LOST}: no answer was judged. {FIX}."], specs.required()
    else:
        complete = _is_whole(config) and exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        lines, failed = judgement(folder, complete=complete)
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


def judgement(folder: Path, *, complete: bool) -> tuple[list[str], bool]:
    from contract import judge, recorded, routes, specs

    violations, called, number = judge.judged(specs.specs(), recorded.read(folder))
    missed = [one.name for one in routes.emulated() if one not in called] if complete else []
    lines = [
        *(f"VIOLATION {one}" for one in violations[:SHOWN]),
        *([f"... and {len(violations) - SHOWN} more"] if len(violations) > SHOWN else []),
        *(f"NO TEST CALLS {name} with success" for name in missed),
    ]
    summary = f"{number} answers of the local cloud held against Microsoft's: {len(violations)} violations"
    return [*lines, summary + (f", {len(missed)} operations without a test" if complete else "")], bool(lines)


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
