"""docs/numbers.md: each wish names its tests, and every one of them exists."""

from requirements.test_ivr import functions_of
from requirements.test_table import ROOT, named

PAGE = (ROOT / "docs" / "numbers.md").read_text("utf-8")


def test_wishes_name_tests_that_exist() -> None:
    rows = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| R")]

    assert [row[0].strip() for row in rows] == [f"R{number}" for number in (*range(63, 74), 76)]
    for _row, _wish, cell in rows:
        tests = named(cell)
        assert len(tests) == cell.count("tests/") > 0
        assert [one for one in tests if one.name not in functions_of(one.file)] == []
