"""Which numbers may be called, and why not."""

import pytest
from django import forms

from centrala.errors import Refused
from centrala.numbers.countries import countries_field, number_to_call


@pytest.mark.parametrize(
    ("text", "countries", "number"),
    [
        ("+48 600 100 200", ["PL"], "+48600100200"),
        ("600 100 200", ["PL"], "+48600100200"),
        ("(425) 555-0123", ["US"], "+14255550123"),
        ("+48600100200", ["DE", "PL"], "+48600100200"),
    ],
)
def test_number_of_an_allowed_country_is_understood(text: str, countries: list[str], number: str) -> None:
    assert number_to_call(text, countries=countries) == number


@pytest.mark.parametrize(
    ("text", "countries", "reason"),
    [
        ("112", ["PL"], "an emergency number"),
        ("+48 999", ["PL"], "an emergency number"),
        ("+48600100200", [], "No country is allowed"),
        ("+48600100200", ["DE", "US"], "Calls to this country are not allowed. Allowed: DE, US."),
        ("+882161234567", ["PL"], "not allowed|can have this number"),
        ("600100200", ["DE", "PL"], "is no telephone number"),
        ("Ala", ["PL"], "“Ala” is no telephone number"),
        ("", ["PL"], "is no telephone number"),
        ("+4860010020", ["PL"], "Nobody can have this number"),
    ],
)
def test_other_numbers_are_refused_with_the_reason(text: str, countries: list[str], reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        number_to_call(text, countries=countries)

    assert refused.value.field == "number"


def test_countries_are_read_in_any_order_and_case() -> None:
    assert countries_field("Countries").clean("pl, DE de;\nus") == ["DE", "PL", "US"]
    assert countries_field("Countries").clean("") == []


def test_country_that_is_none_is_named() -> None:
    with pytest.raises(forms.ValidationError, match="POLAND, XX"):
        countries_field("Countries").clean("Poland, XX, PL")
