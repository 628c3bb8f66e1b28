"""Which tests can notice a mutant: those that run its statement; of what runs at import, a function that uses it."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

HUB = Path(__file__).parents[2] / "src/centrala"
Covered = dict[str, dict[str, Any]]  # by test: its seconds, and the lines of each module that it ran
TABLES = {"hooks/tokens.py", "hooks/events.py"}
MOST = 4  # of one test's parameters
SECONDS = 10.0  # of tests for one mutant
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def _functions(module: str) -> list[Function]:
    tree = ast.parse((HUB / module).read_text("utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


@cache
def _text(module: str, function: Function) -> str:
    return "\n".join((HUB / module).read_text("utf-8").splitlines()[function.lineno - 1 : function.end_lineno])


def within_function(module: str, line: int) -> bool:
    return any(one.body[0].lineno <= line <= (one.end_lineno or 0) for one in _functions(module))


def tests_of(module: str, line: int, covered: Covered) -> dict[str, float]:
    """With their seconds. `module` as in routing/router.py. Of a test with many parameters only some, so a mutant may
    be said to survive that another of them would kill; what is in TABLES has its tests in their parameters."""
    lines = _lines(module, line)
    found = {
        test: float(one["seconds"])
        for test, one in covered.items()
        if any(not wanted.isdisjoint(one["lines"].get(where, ())) for where, wanted in lines.items())
    }
    return _quick(found, module) if module in TABLES else _quick(_some(found), module)


def _some(tests: dict[str, float]) -> dict[str, float]:
    by_function: dict[str, list[str]] = defaultdict(list)
    for test in sorted(tests):
        by_function[test.partition("[")[0]].append(test)
    return {test: tests[test] for of_one in by_function.values() for test in of_one[:: -(-len(of_one) // MOST)]}


def _quick(tests: dict[str, float], module: str) -> dict[str, float]:
    """As many as fit, and at least one: those with the module's name in their file's, then the quick ones."""
    quick: dict[str, float] = {}
    for test in sorted(tests, key=lambda test: (not _named(test, module), tests[test])):
        if quick and sum(quick.values()) + tests[test] > SECONDS:
            break
        quick[test] = tests[test]
    return quick


def _named(test: str, module: str) -> bool:
    return Path(module).stem in Path(test.partition("::")[0]).stem


def _lines(module: str, line: int) -> dict[str, set[int]]:
    for function in reversed(_functions(module)):  # the innermost comes last
        if function.body[0].lineno <= line <= (function.end_lineno or 0):
            return {module: _statement(function, line)}
        if min([function.lineno, *(one.lineno for one in function.decorator_list)]) <= line < function.body[0].lineno:
            return {module: _span(function.body[0].lineno, function.end_lineno)}
    return _users(_names(module, line))


def _span(first: int, last: int | None) -> set[int]:
    return set(range(first, (last or first) + 1))


def _statement(function: Function, line: int) -> set[int]:
    """The lines of the innermost statement; of one with a body, its head alone."""
    found = _span(line, line)
    for node in ast.walk(function):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0):
            body = getattr(node, "body", None)
            found = _span(node.lineno, body[0].lineno - 1 if body else node.end_lineno)
    return found


def _names(module: str, line: int) -> set[str]:
    """What the statement at module or class level defines; of a class its own name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((HUB / module).read_text("utf-8"))):
        if not isinstance(node, ast.stmt) or not node.lineno <= line <= (node.end_lineno or 0):
            continue
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if isinstance(node, ast.ClassDef):
            names = {node.name}
        elif targets:
            names = {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    return names


def _users(names: set[str], *, also: frozenset[str] = frozenset()) -> dict[str, set[int]]:
    """The bodies of the functions that name one of these, or a constant made of them."""
    if not names:
        return {}
    word = re.compile(rf"\b({'|'.join(map(re.escape, sorted(names)))})\b")
    found: dict[str, set[int]] = {}
    further: set[str] = set()
    for path in sorted(HUB.glob("*/*.py")):
        module = str(path.relative_to(HUB))
        for function in _functions(module):
            for number, text in enumerate(_text(module, function).splitlines(), function.lineno):
                if number >= function.body[0].lineno and word.search(text):
                    found.setdefault(module, set()).update(_statement(function, number))
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and word.search(ast.unparse(node.value)):
                further |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} & _defined(node)
    new = further - names - also
    if new:
        for module, lines in _users(new, also=also | frozenset(names)).items():
            found.setdefault(module, set()).update(lines)
    return found


def _defined(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
