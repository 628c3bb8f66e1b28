"""The syntax trees of files, for tests about the code itself."""

import ast
from functools import cache
from pathlib import Path

ATTEMPTS = 5


@cache
def parsed(path: Path) -> ast.Module:
    """Asked again when something else was parsed meanwhile.

    CPython 3.11 counts the depth of all trees under construction in one place (gh-106905), and formatting a traceback
    parses as well: one that is told in another thread, or by the garbage collector, makes this call fail.
    """
    text = path.read_text("utf-8")
    for _ in range(ATTEMPTS - 1):
        try:
            return ast.parse(text)
        except SystemError:
            continue
    return ast.parse(text)
