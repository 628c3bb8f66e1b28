"""What the local cloud says of itself is true."""

import os
import subprocess
import sys

import pytest

from contract import coverage, specs
from contract.judge import Judge
from contract.routes import emulated


@pytest.fixture
def specifications() -> specs.Specs:
    if specs.folder() is None:
        if specs.required():
            pytest.fail("Azure's specifications are missing and CENTRALA_REQUIRE_SPECS=1", pytrace=False)
        pytest.skip("Azure's specifications are missing (AZURE_SPECS)")
    return specs.specs()


def test_every_operation_has_somebody_with_authority_over_its_answers(specifications):
    judge = Judge(specifications)

    unjudged = [one.name for one in emulated() if not any(vars(judge.authority_of(one)).values())]

    assert unjudged == []


def test_page_lists_every_operation_once(specifications):
    page = coverage.page(specifications)

    assert [one.name for one in emulated() if page.count(f"| `{one.name}` |") != 1] == []


@pytest.mark.parametrize(("demanded", "code"), [("0", 0), ("1", 1)])
def test_page_is_not_checked_without_the_specifications_and_says_so(tmp_path, demanded, code):
    ended = subprocess.run(
        [sys.executable, str(specs.ROOT / "tools" / "coverage_table.py"), "check"],
        env=os.environ | {"AZURE_SPECS": str(tmp_path), "CENTRALA_REQUIRE_SPECS": demanded},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, "THE COVERAGE TABLE WAS NOT CHECKED" in ended.stdout) == (code, True)


def test_specifications_hold_no_reference_that_leads_nowhere(specifications):
    def references(file, node):
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str) and "/examples/" not in node["$ref"]:
                yield file, node["$ref"]
            for value in node.values():
                yield from references(file, value)
        elif isinstance(node, list):
            for value in node:
                yield from references(file, value)

    for file, document in specifications.files.items():
        for place, reference in references(file, document):
            where, name = specifications.resolve(place, reference)
            kind = "parameters" if "/parameters/" in reference else "definitions"
            known = specifications.files[where].get(kind, {}) | specifications.files[where].get("responses", {})
            assert name in known or "managedidentity" in reference, (place, reference)
