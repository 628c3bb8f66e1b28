"""docs/ivr.md: each wish names its tests, and every one of them exists."""

import ast

from requirements.test_table import LEFT_OUT, ROOT, named, source

PAGE = (ROOT / "docs" / "ivr.md").read_text("utf-8")


def functions_of(file: str) -> set[str]:
    """Those that run whatever there is, in classes too."""
    functions = [node for node in ast.walk(source(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {one.name for one in functions if not LEFT_OUT.search(ast.unparse(one))}


def test_wishes_name_tests_that_exist() -> None:
    rows = [line for line in PAGE.splitlines() if "`tests/" in line and line.startswith("| ")]

    assert len(rows) == 7
    for row in rows:
        cells = row.strip("|").split("|")
        assert len(cells) == 3
        for cell in cells[1:]:
            tests = named(cell)
            assert len(tests) == cell.count("tests/") > 0
            assert [one for one in tests if one.name not in functions_of(one.file)] == []
