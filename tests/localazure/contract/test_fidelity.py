"""Each row of the comparison of Event Grid emulators has a test whose name says it."""

import ast
import re
from pathlib import Path

import pytest

from syntax import parsed

TESTS = Path(__file__).parents[1]
ROWS = {
    "Handshake must be 200 with the echoed code": "test_handshake_must_be_200",
    "Manual validationUrl": "test_manual_validation_url",
    "CloudEvents OPTIONS probe": "test_cloud_events_options_probe",
    "Retry schedule 10 s ... 12 h": "test_retry_schedule",
    "400/401/403/413 not retried": "test_400_401_403_and_413_are_never_retried",
    "Dead-letter": "test_dead_letter",
    "Advanced filters": "test_advanced_filters",
    "Batch delivery": "test_batch_delivery",
    "System topics": "test_system_topic",
    "ARM management plane": "test_arm_management_plane",
    "Entra bearer on delivery": "test_entra_bearer_on_delivery",
    "Writer must own the application": "test_writer_must_own_app",
    "Duplicates and reordering on purpose": "test_duplicates_and_reordering_on_purpose",
    "Durable queue over restart": "test_durable_queue",
}


@pytest.fixture(scope="module")
def names() -> list[str]:
    """Of the tests that run: a skipped or expectedly failing one proves nothing."""
    return [
        node.name
        for file in TESTS.glob("test_*.py")
        for node in parsed(file).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not any(re.search(r"\b(skip|skipif|xfail)\b", ast.unparse(one)) for one in node.decorator_list)
    ]


def test_table_has_fourteen_rows():
    assert len(ROWS) == 14


@pytest.mark.parametrize("row", ROWS)
def test_row_has_a_test_whose_name_says_it(names, row):
    assert [name for name in names if name.startswith(ROWS[row])]
