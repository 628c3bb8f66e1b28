"""One run of tests in a process forked from one that has loaded what it needs: a mutant pays for no start.

Where a mutant changes the inside of a function or the text of a statement for PostgreSQL, the process has loaded hub
and tests, too, and the changed code takes the place of the other (`Transplant`). Any other mutant is imported anew
(`Mutated`) in a process that has loaded libraries alone. No file is ever changed.
"""

import ast
import contextlib
import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import NoReturn

import covering
import django
import pytest

FAILED, UNLOADABLE, OUT_OF_TIME = 1, 90, -signal.SIGALRM
ROOT = Path(__file__).parents[2]


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a text instead of its file."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self.name, self._path, self._source = name, path, source

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self._path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, str(self._path), "exec"), module.__dict__)


class Transplant:
    """The functions of the hub as they live, by file and qualified name. Made once, when all is loaded."""

    def __init__(self, below: Path) -> None:
        self._living: dict[str, dict[str, list[FunctionType]]] = defaultdict(lambda: defaultdict(list))
        gc.unfreeze()  # a test may have started what puts itself out of the collector's sight
        for one in gc.get_objects():
            if type(one) is FunctionType and one.__code__.co_filename.startswith(str(below)):
                self._living[one.__code__.co_filename][one.__code__.co_qualname].append(one)

    def put(self, path: Path, source: str) -> None:
        code = compile(source, str(path), "exec")
        for changed in _codes(code):
            for living in self._living[str(path)][changed.co_qualname]:
                living.__code__ = changed

    def put_text(self, module: str, path: Path, source: str) -> None:
        """Of a module's texts the one that is another now, wherever it was imported by its name."""
        known = sys.modules[module].__dict__
        for name, text in _texts(source).items():
            if known[name] != text:
                for one in list(sys.modules.values()):
                    if getattr(one, "__dict__", {}).get(name) is known[name] and one is not sys.modules[module]:
                        one.__dict__[name] = text
                known[name] = text


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Of all functions and methods, without what is made anew within one."""
    for one in code.co_consts:
        if isinstance(one, CodeType) and "<" not in one.co_qualname:
            yield one
            yield from _codes(one)


def _texts(source: str) -> dict[str, str]:
    return {
        node.targets[0].id: node.value.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def forked(work: Callable[[], int], *, seconds: float, output: Path) -> int:
    """The exit code of `work` in a process of its own, OUT_OF_TIME where it took longer and was killed."""
    pid = os.fork()
    if not pid:
        _child(work, output)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            _kill(pid)  # programs that its tests left
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    _kill(pid)
    os.waitpid(pid, 0)
    return OUT_OF_TIME


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _child(work: Callable[[], int], output: Path) -> NoReturn:
    code = UNLOADABLE
    try:
        os.setsid()
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for number in (1, 2):
            os.dup2(file, number)
        code = work()
    except BaseException:  # noqa: BLE001 - nothing of the parent's may go on here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run_pytest(*arguments: str) -> int:
    return int(pytest.main(["-v", "-x", "-p", "no:cacheprovider", *arguments], plugins=[covering]))


def put_in_place(mutated: Mutated) -> None:
    """Raises whatever the module does at its import."""
    sys.meta_path.insert(0, mutated)
    django.setup()
    importlib.import_module(mutated.name)
