"""docs/carriers.md: each wish names its tests, and every one of them exists."""

from requirements.test_ivr import functions_of
from requirements.test_table import ROOT, named

PAGE = (ROOT / "docs" / "carriers.md").read_text("utf-8")
FEATURES = ["SBC entry", "Health", "Voice routes", "Tester", "Fail-over", "Calls in"]


def test_wishes_name_tests_that_exist() -> None:
    rows = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| ") and "`tests/" in line]

    assert [row[0].strip() for row in rows] == ["R74", "R75", "R81", *FEATURES]
    for _row, _wish, cell in rows:
        tests = named(cell)
        assert len(tests) == cell.count("tests/") > 0
        assert [one for one in tests if one.name not in functions_of(one.file)] == []
