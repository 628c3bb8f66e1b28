"""`coverage_table.py` writes docs/local-azure-coverage.md; with `check` it exits 1 when the page is stale.

Without the specifications (see tests/localazure/contract) neither is possible: `check` then says so and passes, unless
CENTRALA_REQUIRE_SPECS=1.
"""

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "local-azure-coverage.md"


def main(arguments: list[str]) -> int:
    sys.path.insert(0, str(ROOT / "tests" / "localazure"))
    specs = import_module("contract.specs")
    if specs.folder() is None:
        print(
            f"THE COVERAGE TABLE WAS NOT CHECKED: Azure's specifications are missing (AZURE_SPECS), {PAGE.name} stays"
        )
        return int(specs.required() or arguments != ["check"])
    page = import_module("contract.coverage").page(specs.specs())
    if arguments != ["check"]:
        PAGE.write_text(page, "utf-8")
    elif not PAGE.exists() or page != PAGE.read_text("utf-8"):
        print(f"{PAGE.relative_to(ROOT)} is stale. Fix: python tools/coverage_table.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
