"""Nobody calls for help through the hub; and nobody else is taken for one who helps."""

import pytest

from centrala.numbers.emergency import is_emergency


@pytest.mark.parametrize(
    "number",
    [
        "112",
        "911",
        "999",
        "997",
        "998",
        "110",
        "000",
        "+48112",
        "+48 999",
        "0048112",
        "+1911",
        "1-1-2",
        " 112 ",
        "+44999",
    ],
)
def test_number_for_emergencies_is_known_however_it_is_written(number: str) -> None:
    assert is_emergency(number)


@pytest.mark.parametrize(
    "number",
    ["", "+", "+48600100200", "600100200", "+14255550123", "+18001119911", "12", "118913", "+48118913", "71112"],
)
def test_other_numbers_are_none(number: str) -> None:
    assert not is_emergency(number)
