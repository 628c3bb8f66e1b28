"""docs/requirements.md: each requirement names its tests, every one of them exists and is not left out."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from syntax import parsed

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "requirements.md").read_text("utf-8")
ROW = re.compile(r"^\| (R\d\d) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
CELL = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)(?:\[(R\d\d)\])?`")
LEFT_OUT = re.compile(r"\b(skip|skipif|importorskip|xfail)\b")
NOT_YET, NOTHING = "**not yet**: ", "—"
NUMBERS = [f"R{number:02}" for number in (*range(1, 63), *range(77, 83))]
# What is not built, or not wholly; what takes no input; what says nothing that is translated. No row hides among them.
UNMET: set[str] = set()
WITHOUT_INPUT = {"R17", "R31", "R58", "R78", "R81", "R82"}
WITHOUT_WORDS = {"R32", "R52"}


@dataclass(frozen=True)
class Named:
    """A test that a row names; `case` is the row that it is named for, "" for all of its cases."""

    file: str
    name: str
    case: str


@dataclass(frozen=True)
class Row:
    number: str
    wish: str
    shown: str
    bad_input: str
    languages: str

    @property
    def tests(self) -> list[Named]:
        return named(self.shown) + named(self.bad_input) + named(self.languages)


def named(cell: str) -> list[Named]:
    return [Named(*found) for found in CELL.findall(cell)]


ROWS = [Row(*cells) for cells in ROW.findall(PAGE)]


def source(file: str) -> ast.Module:
    return parsed(ROOT / file)


@cache
def those_that_run(file: str) -> set[str]:
    """The tests of a file, those that may be skipped or may fail left out."""
    module = source(file)
    marks = [
        node for node in module.body if isinstance(node, ast.Assign) and ast.unparse(node).startswith("pytestmark")
    ]
    if any(LEFT_OUT.search(ast.unparse(mark)) for mark in marks):
        return set()
    functions = (node for node in module.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {one.name for one in functions if not LEFT_OUT.search(ast.unparse(one))}


@cache
def keys_of(file: str) -> set[str]:
    """The keys of the tables in a file, which are its tests' cases."""
    tables = (node for node in source(file).body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict))
    keys = (key for table in tables for key in table.value.keys if isinstance(key, ast.Constant))  # type: ignore[attr-defined] # a Dict, see above
    return {str(key.value) for key in keys}


def test_table_has_every_requirement_once_in_order() -> None:
    assert [row.number for row in ROWS] == NUMBERS


@pytest.mark.parametrize("row", ROWS, ids=NUMBERS)
def test_requirement_names_tests_that_exist(row: Row) -> None:
    assert [one for one in row.tests if one.name not in those_that_run(one.file)] == []
    assert [one for one in row.tests if one.case and one.case not in {row.number} & keys_of(one.file)] == []


@pytest.mark.parametrize("row", ROWS, ids=NUMBERS)
def test_requirement_is_shown_refused_and_translated(row: Row) -> None:
    cells = [row.shown.removeprefix(NOT_YET).partition("<br>")[2] if row.number in UNMET else row.shown]
    cells += [row.bad_input, row.languages]

    assert named(row.shown) != []
    assert (row.bad_input == NOTHING) == (row.number in WITHOUT_INPUT)
    assert (row.languages == NOTHING) == (row.number in WITHOUT_WORDS)
    assert [
        cell for cell in cells if cell != NOTHING and "<br>".join(cell_of(one) for one in named(cell)) != cell
    ] == []
    assert [one for one in named(row.languages) if not speaks_polish(one.file)] == []


def cell_of(test: Named) -> str:
    return f"`{test.file}::{test.name}{f'[{test.case}]' if test.case else ''}`"


def speaks_polish(file: str) -> bool:
    return any(isinstance(node, ast.Constant) and node.value == "pl" for node in ast.walk(source(file)))


def test_what_is_not_met_is_told() -> None:
    assert {row.number for row in ROWS if row.shown.startswith(NOT_YET)} == UNMET


def test_every_wording_belongs_to_a_row_that_names_it() -> None:
    """A wording that no row names would be lost with nobody noticing."""
    wordings = ["tests/pages/test_wording.py", "tests/localazure/portal/test_portal_wording.py"]
    told = {(file, key) for file in wordings for key in keys_of(file) if re.fullmatch(r"R\d\d", key)}

    assert told == {(one.file, one.case) for row in ROWS for one in row.tests if one.case}
