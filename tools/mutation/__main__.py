"""Mutation testing, by hand: make mutation (docs/mutation.md).

python tools/mutation routing/router.py ... --sample 60 --seed 1
"""

import argparse
import contextlib
import gc
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import covering
import psycopg
import pytest
from choosing import HUB, Covered, tests_of, within_function
from trial import FAILED, OUT_OF_TIME, ROOT, UNLOADABLE, Mutated, Transplant, forked, put_in_place, run_pytest

OUT = ROOT / "build/mutation"
MAKER = ROOT / "tools/mutation/mutants.py"
TEMPLATE = "mutation_template"
COPY = "test_centrala"  # as the test runner calls it
PACKAGES = ("hooks", "inbox", "routing")
BESIDES = ("conversations/intake.py", "conversations/reports.py")
TESTS = (
    *(
        "tests/hooks",
        "tests/inbox",
        "tests/routing",
        "tests/conversations",
        "tests/worker",
        "tests/calls",
        "tests/dialling",
        "tests/app/test_metrics.py",
    ),
    *("tests/pages/test_desk_work.py", "tests/pages/test_events_page.py", "tests/connection/test_dead_letters.py"),
)
SLOW = (  # thousands of lines a second, each looked at
    "tests/conversations/test_any_order.py::test_events_end_the_same_in_any_of_a_thousand_orders",
    *("tests/conversations/test_upgrade.py", "tests/routing/test_storm.py"),
)
LONGEST = 10.0  # seconds: a test that takes longer is not asked
WORDS = {0: "SURVIVED", FAILED: "killed", OUT_OF_TIME: "killed by time", UNLOADABLE: "unloadable"}
Mutant = dict[str, Any]


def main() -> None:
    arguments = _arguments()
    os.nice(10)
    os.chdir(ROOT)
    OUT.mkdir(parents=True, exist_ok=True)
    cluster, url = _postgres()
    try:
        _copy(url)
        covered = _covered(arguments.again)
        modules = arguments.modules or _modules()
        known = {_key(one) for module in modules for one in _results(module)}
        trials = [one for one in _samples(modules, arguments) if _key(one) not in known]
        random.Random(arguments.seed).shuffle(trials)  # whatever is done by then says something of all
        _warm([one for one in trials if one["warm"]], covered, url, checked=not arguments.modules)
        _preload()
        for one in trials:
            if not one["warm"]:
                _note(one, partial(_imported_anew, one), covered, url)
        for module in modules:
            print(module, dict(Counter(one["word"] for one in _results(module))))
    finally:
        cluster.destroy()
        shutil.rmtree(os.environ["CENTRALA_DATA"], ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("modules", nargs="*", metavar="routing/router.py")
    parser.add_argument("--sample", type=int, default=60, help="mutants of a module at most; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", nargs="*", metavar="tests", help="look anew which of these tests runs which line")
    parser.add_argument("--only", default="", help="mutants with this in their line")
    return parser.parse_args()


def _modules() -> list[str]:
    own = [str(path.relative_to(HUB)) for name in PACKAGES for path in sorted((HUB / name).glob("*.py"))]
    return [*own, *BESIDES]


def _postgres() -> tuple[Any, str]:
    """A server of our own, and in it the database that each run gets a copy of. Forgets the hub again."""
    from cryptography.fernet import Fernet

    from centrala.postgres import Cluster

    data = Path(mkdtemp(prefix="centrala-mutation-"))
    cluster = Cluster.at(data, settings={"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"})
    cluster.start()
    cluster.ensure_database()
    cluster.ensure_database(TEMPLATE)
    os.environ |= {
        "CENTRALA_TESTS_STARTED": str(os.getpid()),
        "CENTRALA_DATA": str(data),
        "CENTRALA_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": cluster.dsn(TEMPLATE),
        "MUTATION_DATABASE": COPY,
        "DJANGO_SETTINGS_MODULE": "centrala.settings",
    }
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], check=True)
    os.environ["DATABASE_URL"] = cluster.dsn()
    for name in [name for name in sys.modules if name.partition(".")[0] == "centrala"]:
        del sys.modules[name]
    return cluster, cluster.dsn("postgres")


def _copy(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"drop database if exists {COPY} with (force)")
        connection.execute(f"create database {COPY} template {TEMPLATE}")


def _covered(again: list[str] | None) -> Covered:
    """Which test runs which lines: seen once, kept until asked for anew, of all tests or of some."""
    file = OUT / "covered.json"
    known: Covered = {}
    if again is not None or not file.exists():
        if again:
            known = json.loads(file.read_text())
        os.environ["MUTATION_COVERED"] = str(file)
        print("Looking which test runs which line ...", flush=True)
        forked(lambda: _with_modules(again or list(TESTS)), seconds=3600, output=OUT / "covered.log")
        del os.environ["MUTATION_COVERED"]
    covered: Covered = known | json.loads(file.read_text())
    file.write_text(json.dumps(covered))
    return {test: one for test, one in covered.items() if one["seconds"] <= LONGEST}


def _with_modules(tests: list[str]) -> int:
    code = run_pytest("--maxfail=1000", *(f"--deselect={one}" for one in SLOW), *tests)
    (OUT / "modules.json").write_text(json.dumps(sorted(sys.modules)))
    return code


def _preload() -> None:
    """All that neither is ours nor asks for Django's settings."""
    settings = os.environ.pop("DJANGO_SETTINGS_MODULE")
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/localazure")]
    with (OUT / "preload.log").open("w") as log, contextlib.redirect_stderr(log):
        for name in json.loads((OUT / "modules.json").read_text()):
            if not _is_ours(name):
                try:
                    __import__(name)
                except Exception as error:  # noqa: BLE001 - then it is imported by each run
                    sys.modules.pop(name, None)
                    print(name, type(error).__name__, file=log)
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    assert not any(_is_ours(name) for name in sys.modules if name.startswith("centrala"))


def _is_ours(name: str) -> bool:
    first = name.partition(".")[0]
    return (
        first == "centrala"
        or first.startswith(("test_", "_"))
        or (ROOT / "tests" / first).exists()
        or ((ROOT / "tests" / f"{first}.py").exists() or (ROOT / "tests/localazure" / first).exists())
    )


def _samples(modules: list[str], arguments: argparse.Namespace) -> list[Mutant]:
    found = _mutants(modules)
    return [one for module in modules for one in _sample(module, found[module], arguments)]


def _mutants(modules: list[str]) -> dict[str, list[Mutant]]:
    """Made once for each text of a module and of their maker: it takes minutes."""
    made = {module: OUT / f"{module.replace('/', '.')}.{_hash(HUB / module)}.mutants" for module in modules}
    missing = [HUB / module for module, file in made.items() if not file.exists()]
    command = [ROOT / ".venv-mutation/bin/python", MAKER, *missing]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    fresh: dict[Path, list[str]] = {path: [] for path in missing}
    for line in answer.splitlines():
        fresh[Path(json.loads(line)["path"])].append(line)
    for path, lines in fresh.items():
        made[str(path.relative_to(HUB))].write_text("\n".join(lines))
    return {module: [json.loads(line) for line in file.read_text().splitlines()] for module, file in made.items()}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes() + MAKER.read_bytes()).hexdigest()[:12]


def _sample(module: str, found: list[Mutant], arguments: argparse.Namespace) -> list[Mutant]:
    sample = [one for one in found if arguments.only in one["before"]]
    if arguments.sample and len(sample) > arguments.sample:
        sample = random.Random(f"{arguments.seed} {module}").sample(sample, arguments.sample)
    for one in sample:
        warm = within_function(module, one["line"]) or one["operator"] == "Sql"
        one |= {"module": module, "of": len(found), "warm": warm}
    return sample


def _warm(trials: list[Mutant], covered: Covered, url: str, *, checked: bool) -> None:
    """Those for which hub and tests need not be loaded again: all in one process that has loaded them. `checked`: first
    whether the tests pass here without any mutant."""

    def all_of_them(session: pytest.Session) -> None:
        living = Transplant(HUB)
        gc.freeze()  # or each collection of a fork would copy all of it
        if checked:
            everything = {test: float(one["seconds"]) for test, one in covered.items()}
            code = forked(lambda: covering.run(session, everything), seconds=3600, output=OUT / "last.log")
            assert code == 0, f"The code as it is fails: {covering.FAILURE}"
        for one in trials:
            _note(one, partial(_transplanted, one, living, session), covered, url)

    def loaded() -> int:
        covering.instead_of_running.append(all_of_them)
        return run_pytest(*TESTS)

    forked(loaded, seconds=24 * 3600, output=OUT / "warm.log")


def _transplanted(one: Mutant, living: Transplant, session: pytest.Session, tests: dict[str, float]) -> int:
    path = HUB / one["module"]
    if one["operator"] == "Sql" and not within_function(one["module"], one["line"]):
        living.put_text(_name(one), path, one["source"])
    else:
        living.put(path, one["source"])
    return covering.run(session, tests)


def _imported_anew(one: Mutant, tests: dict[str, float]) -> int:
    wanted = OUT / "wanted.json"
    wanted.write_text(json.dumps(tests))
    os.environ["MUTATION_TESTS"] = str(wanted)
    files = sorted({test.partition("::")[0] for test in tests})
    put_in_place(Mutated(_name(one), HUB / one["module"], one["source"]))
    return run_pytest(*files)


def _name(one: Mutant) -> str:
    return "centrala." + str(one["module"]).removesuffix(".py").replace("/", ".")


def _note(one: Mutant, work: Callable[[dict[str, float]], int], covered: Covered, url: str) -> None:
    began, tests = time.monotonic(), tests_of(one["module"], one["line"], covered)
    code = 0
    if tests:
        code = forked(lambda: work(tests), seconds=30 + 3 * sum(tests.values()), output=OUT / "last.log")
    if code not in {0, FAILED}:
        _copy(url)
    one |= {"word": WORDS.get(code, f"odd {code}"), "tests": len(tests), "seconds": round(time.monotonic() - began, 1)}
    with _result(one["module"]).open("a") as lines:
        lines.write(json.dumps({name: value for name, value in one.items() if name != "source"}) + "\n")


def _key(one: Mutant) -> tuple[str, ...]:
    return tuple(str(one[name]) for name in ("module", "operator", "line", "column", "after"))


def _result(module: str) -> Path:
    return OUT / (module.removesuffix(".py").replace("/", ".") + ".jsonl")


def _results(module: str) -> list[Mutant]:
    file = _result(module)
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


if __name__ == "__main__":
    main()
