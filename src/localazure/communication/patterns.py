"""Whether a text can be a .NET regular expression, judged by Python's own after the spellings that differ.

https://learn.microsoft.com/dotnet/standard/base-types/regular-expression-language-quick-reference
"""

import re

DIFFERENT = (
    (re.compile(r"\(\?'(\w+)'"), r"(?P<\1>"),
    (re.compile(r"\(\?<(?![=!])(\w+)>"), r"(?P<\1>"),
    (re.compile(r"\\k<(\w+)>"), r"(?P=\1)"),
    (re.compile(r"(?<!\\)\\z"), r"\\Z"),
    (re.compile(r"\\p\{\w+\}"), r"\\w"),
    (re.compile(r"(?<![\\\[])\^[+*?]"), "^"),  # an anchor may be repeated there; Microsoft's own samples do it
)


def is_plausible(pattern: str) -> bool:
    """It is compiled and never run, so that nobody can make it take for ever."""
    if not pattern:
        return False
    for different, ours in DIFFERENT:
        pattern = different.sub(ours, pattern)
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True
