"""Number patterns, which are .NET regular expressions of strangers: whether a text can be one, and what it matches.

https://learn.microsoft.com/dotnet/standard/base-types/regular-expression-language-quick-reference
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

DIFFERENT = (
    (re.compile(r"\(\?'(\w+)'"), r"(?P<\1>"),
    (re.compile(r"\(\?<(?![=!])(\w+)>"), r"(?P<\1>"),
    (re.compile(r"\\k<(\w+)>"), r"(?P=\1)"),
    (re.compile(r"(?<!\\)\\z"), r"\\Z"),
    (re.compile(r"\\p\{\w+\}"), r"\\w"),
    (re.compile(r"(?<![\\\[])\^[+*?]"), "^"),  # an anchor may be repeated there; Microsoft's own samples do it
)
SUBTRACTION = re.compile(r"\[(?P<all>[^\[\]]+)-\[(?P<but>[^\[\]]+)\]\]")
TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(|\)|\{(?P<least>\d+)(?:,\d*)?\}|.", re.DOTALL)
LARGEST = 20_000  # characters that its repetitions, written out, may have: so is it compiled


class CannotMatch(Exception):
    """The pattern took too long, or would take too much room; the message says which."""


def is_plausible(pattern: str) -> bool:
    """It is compiled and never run. Python's own compiles what is too large for the one that runs it, and that one
    looks behind as far as .NET does."""
    if not pattern:
        return False
    try:
        re.compile(SUBTRACTION.sub(r"[\g<all>]", _translated(pattern)))
    except (re.error, OverflowError, RecursionError):
        return _compiles(pattern)
    return True


def _compiles(pattern: str) -> bool:
    try:
        _compiled(pattern)
    except CannotMatch:
        return False
    return True


def matches(pattern: str, number: str, *, seconds: float) -> bool:
    """As .NET's Regex.IsMatch: anywhere in the number, unless the pattern says otherwise. Raises CannotMatch."""
    if seconds <= 0:
        raise CannotMatch("there was no time left for it")
    try:
        return _compiled(pattern).search(number, timeout=seconds) is not None
    except TimeoutError:
        raise CannotMatch(f"it ran for more than {seconds:.2g} seconds and was stopped") from None


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> "regex.Pattern[str]":
    import regex  # here, because most clouds have no number pattern, and reading it is a tenth of the start

    pattern = SUBTRACTION.sub(r"(?:(?![\g<but>])[\g<all>])", _translated(pattern))
    if _size(pattern) > LARGEST:
        raise CannotMatch("its repetitions are too large")
    try:
        return regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError):
        raise CannotMatch("it is none that the local cloud understands") from None


def _translated(pattern: str) -> str:
    for different, ours in DIFFERENT:
        pattern = different.sub(ours, pattern)
    return pattern


def _size(pattern: str) -> int:
    """Of what has to be there at least, all repetitions written out."""
    groups, last = [0], 0  # what stands in each open group, and how much of it is the part that a count repeats
    for token in TOKEN.finditer(pattern):
        text, least = token[0], token["least"]
        if text == "(":
            groups.append(0)
        elif text == ")" and len(groups) > 1:
            last = groups.pop() + 1
            groups[-1] += last
        elif least:
            groups[-1] += last * (int(least) - 1) if int(least) else 0
            last *= int(least) or 1
        else:
            last = 1
            groups[-1] += last
    return sum(groups)
