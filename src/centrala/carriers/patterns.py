"""Which voice route a number would take, and whether a text can be a route's pattern at all."""

import json
import re
import string
import subprocess
import sys
import unicodedata
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
NEARLY = 40  # digits: on so many a pattern that goes back and forth shows it
# What .NET alone reads, or reads otherwise: character groups subtracted, Unicode's categories, options in the middle,
# looking back, groups that are balanced. And what it does not read and others do. Azure has the last word of these.
DOUBTFUL = re.compile(r"\\[pPNGK]|-\[|\(\?<[=!]|\(\?[a-zA-Z]*-?[imnsx]+[:)]|[+*?}]\+|\(\?P|\(\?\(|\(\?<\w*-")


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
    """The pattern, fit to be a route's as far as can be told here. Raises Refused, with the field `pattern`."""
    pattern = pattern.strip()
    if len(pattern) > LONGEST:
        raise Refused(_("A pattern has at most %(most)s characters.") % {"most": LONGEST}, field="pattern")
    if any(unicodedata.category(letter).startswith("C") for letter in pattern):
        raise Refused(_("A control character is in this text. Fix: type it anew."), field="pattern")
    if DOUBTFUL.search(pattern):
        return pattern
    (answer,) = _answers([pattern], _nearly(pattern))
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
    sure = [route.pattern for route in routes if not DOUBTFUL.search(route.pattern)]
    answers = dict(zip(sure, _answers(sure, [number]), strict=True))
    return [Tried(route, _fit(answers.get(route.pattern, "doubtful"))) for route in routes]


def _nearly(pattern: str) -> list[str]:
    """Numbers that the pattern may nearly match: a digit over and over, behind what the pattern may begin with."""
    digits = "".join(dict.fromkeys(letter for letter in pattern if letter in string.digits))
    begin = found[1] if (found := re.match(r"\^?\\\+(\d+)", pattern)) else ""
    bodies = [first + one * NEARLY for first in ("", begin, *digits) for one in string.digits]
    bodies.append((digits * NEARLY)[:NEARLY])
    return [f"+{body}{end}" for body in dict.fromkeys(bodies) for end in ("", "x")]


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
