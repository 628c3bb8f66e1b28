"""Which voice route a number would take, and whether a text can be a route's pattern at all."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from django.utils.translation import gettext as _

from centrala.azure.direct_routing import VoiceRoute
from centrala.carriers import matching
from centrala.errors import Refused

LONGEST = 1024  # characters: Azure's own limit
EACH_SECONDS, ALL_SECONDS = 0.2, 5.0
# On such numbers a pattern that goes back and forth shows it: it nearly matches, and does not.
NEARLY = ("+" + "1" * 40, "+" + "1" * 40 + "x")


class Fit(StrEnum):
    MATCHES = matching.MATCHES
    DIFFERS = matching.DIFFERS
    TAKES_TOO_LONG = matching.TAKES_TOO_LONG
    UNREADABLE = "unreadable"  # no pattern, or one that only .NET reads


@dataclass(frozen=True)
class Tried:
    route: VoiceRoute
    fit: Fit


def check(pattern: str) -> str:
    """The pattern, fit to be a route's. Raises Refused, with the field `pattern`."""
    pattern = pattern.strip()
    if len(pattern) > LONGEST:
        raise Refused(_("A pattern has at most %(most)s characters.") % {"most": LONGEST}, field="pattern")
    (answer,) = _answers([pattern], NEARLY)
    if isinstance(answer, str):
        raise Refused(
            _("This is no regular expression: %(reason)s. Fix: try ^\\+48\\d{9}$, for numbers of Poland.")
            % {"reason": answer[:150]},
            field="pattern",
        )
    if answer is None or Fit.TAKES_TOO_LONG in answer:
        raise Refused(
            _("On some numbers this pattern takes for ever. Fix: no + or * right behind a group that ends with one."),
            field="pattern",
        )
    return pattern


def tried(routes: Sequence[VoiceRoute], number: str) -> list[Tried]:
    """Each route in its order. The first that matches takes the call."""
    answers = _answers([route.pattern for route in routes], [number])
    return [Tried(route, _fit(answer)) for route, answer in zip(routes, answers, strict=True)]


def _fit(answer: list[str] | str | None) -> Fit:
    if answer is None:
        return Fit.TAKES_TOO_LONG
    return Fit.UNREADABLE if isinstance(answer, str) else Fit(answer[0])


def _answers(patterns: Sequence[str], numbers: Sequence[str]) -> list[list[str] | str | None]:
    """Of each pattern how it fits each number, or why it is none; None where there was no time left for it."""
    asked = json.dumps({"patterns": patterns, "numbers": numbers, "seconds": EACH_SECONDS})
    command = [sys.executable, "-I", "-S", matching.__file__]
    try:
        told = subprocess.run(  # noqa: S603 - our own program
            command, input=asked.encode(), capture_output=True, timeout=ALL_SECONDS, check=False
        ).stdout
    except subprocess.TimeoutExpired as late:
        told = late.stdout or b""
    lines = told.decode().split("\n")[:-1]  # what was cut off in the middle counts for nothing
    return [json.loads(line) if line else None for _pattern, line in zip_longest(patterns, lines)]
