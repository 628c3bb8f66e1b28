"""Patterns of voice routes, as .NET reads them, and what no pattern may do."""

import time

import pytest

from centrala.azure.direct_routing import VoiceRoute
from centrala.carriers.patterns import LONGEST, Fit, check, tried
from centrala.errors import Refused

POLISH, AMERICAN = "+48221234567", "+14255550100"
FOR_EVER = r"^(\+?\d+)+$"
NEARLY_FOR_EVER = "+" + "1" * 40 + "x"


def fits(*patterns: str, number: str) -> list[Fit]:
    routes = [VoiceRoute(name=str(place), pattern=pattern) for place, pattern in enumerate(patterns)]
    return [one.fit for one in tried(routes, number)]


@pytest.mark.parametrize(
    ("pattern", "number", "fit"),
    [
        (r"^\+\d+$", POLISH, Fit.MATCHES),
        (r"^\+1(\d{10})$", AMERICAN, Fit.MATCHES),
        (r"^\+1(425|206)(\d{7})$", AMERICAN, Fit.MATCHES),
        (r"^\+1(425|206)(\d{7})$", POLISH, Fit.DIFFERS),
        (r"48", POLISH, Fit.MATCHES),  # anywhere, without anchors
        (r"^\d+$", POLISH, Fit.DIFFERS),  # the plus is a part of it
        (r"^\+(?!1900)1\d{10}$", AMERICAN, Fit.MATCHES),
        (r"^\+(?<country>48)\d{9}\z", POLISH, Fit.MATCHES),
        (r"^\+(?'country'48)\d{9}$", POLISH, Fit.MATCHES),
        (r"^\+(48|49)\d{9}$", POLISH, Fit.MATCHES),
        (r"(?<twice>\d)\k<twice>", POLISH, Fit.MATCHES),
        (r"^+48", POLISH, Fit.DIFFERS),  # a plus that was not escaped
        (r"[", POLISH, Fit.UNREADABLE),
        ("(" * 500 + ")" * 500, POLISH, Fit.UNREADABLE),
    ],
)
def test_number_is_tried_as_dotnet_does(pattern: str, number: str, fit: Fit) -> None:
    assert fits(pattern, number=number) == [fit]


def test_first_route_that_matches_stands_before_what_would_match_as_well() -> None:
    assert fits(r"^\+1", r"^\+48", r"^\+\d+$", number=POLISH) == [Fit.DIFFERS, Fit.MATCHES, Fit.MATCHES]


def test_pattern_that_runs_away_is_stopped_and_the_others_are_tried() -> None:
    began = time.monotonic()
    assert fits(FOR_EVER, r"^\+", number=NEARLY_FOR_EVER) == [Fit.TAKES_TOO_LONG, Fit.MATCHES]
    assert time.monotonic() - began < 30  # without the limit: years


def test_many_that_run_away_are_given_up_together() -> None:
    fits_all = fits(*[FOR_EVER] * 40, number=NEARLY_FOR_EVER)
    assert len(fits_all) == 40
    assert set(fits_all) == {Fit.TAKES_TOO_LONG}


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("[", "no regular expression"),
        ("a{1,99999999999999999999}", "no regular expression"),
        (FOR_EVER, "takes for ever"),
        (r"^\+48(\d+)+x$", "takes for ever"),
        (r"^\+(4|48|8)+9?(\d|66)*z$", "takes for ever"),
        ("^\\+4\n8", "control character"),
        ("1" * (LONGEST + 1), "at most"),
    ],
)
def test_pattern_that_is_none_is_refused_with_its_reason(pattern: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        check(pattern)
    assert refused.value.field == "pattern"


def test_pattern_is_taken_without_the_blanks_around_it() -> None:
    assert check("  ^\\+48\\d{9}$ ") == r"^\+48\d{9}$"


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\+[0-9-[5]]+$",
        r"^\+\p{Nd}+$",
        r"(?<=\+)48",
        r"^\+48(?i)a$",
        r"^\+\d++$",
        r"(?P<a>1)",
        r"^\+\N{DIGIT ONE}",
    ],
)
def test_what_dotnet_alone_can_tell_is_not_told_here(pattern: str) -> None:
    """Azure has the last word of it, when it is saved."""
    assert fits(pattern, r"^\+48", number=POLISH) == [Fit.UNREADABLE, Fit.MATCHES]
    assert check(pattern) == pattern
