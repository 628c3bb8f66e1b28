"""Every act that the code records has words on the audit log's page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import centrala
from centrala.center.audit_words import ACTS
from syntax import parsed

SOURCES = Path(centrala.__file__).parent
NAMED = re.compile(r"\bact\b")  # the trees of the others need not be built


def recorded() -> Iterator[tuple[str, str]]:
    """The acts as calls of record() name them, or as a variable `act` holds them."""
    for path in (one for one in SOURCES.rglob("*.py") if NAMED.search(one.read_text("utf-8"))):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.keyword) and node.arg == "act":
                yield from ((path.name, value) for value in texts(node.value))
            if isinstance(node, ast.Assign) and any(isinstance(at, ast.Name) and at.id == "act" for at in node.targets):
                yield from ((path.name, value) for value in texts(node.value))


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def test_every_act_has_words() -> None:
    found = set(recorded())

    assert ("people.py", "add user") in found
    assert sorted((file, act) for file, act in found if act not in ACTS) == []
