"""Tries patterns on numbers: run as a program of its own, so that no pattern can hold up anything else.

What stands in a pattern is an administrator's, and some take for ever or want all memory there is. It reads
`{"patterns", "numbers", "seconds"}` and writes a line for each pattern, as soon as that is through: how it fits each
number, or one string, the reason why it is no pattern. It imports nothing of Centrala's.
"""

import json
import re
import resource
import signal
import sys

MEMORY = 256 << 20  # bytes
MATCHES, DIFFERS, TAKES_TOO_LONG = "matches", "differs", "takes_too_long"
# How .NET spells what is spelled otherwise here.
# https://learn.microsoft.com/dotnet/standard/base-types/regular-expression-language-quick-reference
SPELLINGS = (
    (re.compile(r"\(\?(?:'(\w+)'|<(?![=!])(\w+)>)"), lambda found: f"(?P<{found[1] or found[2]}>"),
    (re.compile(r"\\k(?:'(\w+)'|<(\w+)>)"), lambda found: f"(?P={found[1] or found[2]})"),
    (re.compile(r"(?<!\\)((?:\\\\)*)\\z"), r"\1\\Z"),
    (re.compile(r"(?<![\\\[])\^[+*?]"), "^"),  # an anchor may be repeated there
)


def main() -> None:
    asked = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _too_long)
    for pattern in asked["patterns"]:
        print(json.dumps(_tried(pattern, asked["numbers"], asked["seconds"])), flush=True)


def _tried(pattern: str, numbers: list[str], seconds: float) -> "list[str] | str":
    try:
        compiled = _within(seconds, lambda: re.compile(_spelled(pattern)))
    except TimeoutError:
        return [TAKES_TOO_LONG] * len(numbers)
    except (re.error, OverflowError, RecursionError, MemoryError, IndexError) as error:
        return str(error) or type(error).__name__
    return [_fit(compiled, number, seconds) for number in numbers]


def _fit(compiled: "re.Pattern[str]", number: str, seconds: float) -> str:
    """As Azure does it: the pattern matches anywhere in the number, unless it says ^ and $."""
    try:
        return MATCHES if _within(seconds, lambda: compiled.search(number)) else DIFFERS
    except (TimeoutError, MemoryError, RecursionError):
        return TAKES_TOO_LONG


def _spelled(pattern: str) -> str:
    for theirs, ours in SPELLINGS:
        pattern = theirs.sub(ours, pattern)
    return pattern


def _within(seconds: float, act):  # type: ignore[no-untyped-def]
    """The matcher looks for signals while it is at work."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return act()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _too_long(_signal: int, _frame: object) -> None:
    raise TimeoutError


if __name__ == "__main__":
    main()
