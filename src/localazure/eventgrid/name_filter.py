"""`$filter` of Event Grid's lists: the name alone, by contains, eq, ne, not, and, or.

https://learn.microsoft.com/rest/api/eventgrid/controlplane/event-subscriptions
"""

import re
from collections.abc import Callable

from localazure.errors import INVALID_EVENT_GRID

Test = Callable[[str], bool]
TOKEN = re.compile(
    r"\s*(?:contains\(\s*name\s*,\s*'(?P<part>(?:[^']|'')*)'\s*\)|name\s+(?P<compare>eq|ne)\s+'(?P<value>(?:[^']|'')*)'"
    r"|(?P<word>and|or|not)\b|(?P<sign>[()]))",
    re.IGNORECASE,
)
DEEPEST = 50


def by_name(expression: str) -> Test:
    """True for names that the expression lets through, in any case. Raises 400."""
    if not expression.strip():
        return lambda name: True
    reader = _Reader(expression)
    test = reader.either(0)
    reader.end()
    return lambda name: test(name.lower())


class _Reader:
    def __init__(self, expression: str) -> None:
        self._expression, self._place = expression, 0

    def either(self, depth: int) -> Test:
        tests = [self._all(depth)]
        while self._word("or"):
            tests.append(self._all(depth))
        return lambda name: any(test(name) for test in tests)

    def end(self) -> None:
        if self._expression[self._place :].strip():
            raise self._wrong()

    def _all(self, depth: int) -> Test:
        tests = [self._one(depth)]
        while self._word("and"):
            tests.append(self._one(depth))
        return lambda name: all(test(name) for test in tests)

    def _one(self, depth: int) -> Test:
        match = self._next()
        if match is None or depth > DEEPEST:
            raise self._wrong()
        self._place = match.end()
        if match["part"] is not None:
            return _contains(match["part"])
        if match["compare"]:
            return _equals(match["value"], wanted=match["compare"].lower() == "eq")
        if (match["word"] or "").lower() == "not":
            test = self._one(depth + 1)
            return lambda name: not test(name)
        if match["sign"] == "(":
            inner = self.either(depth + 1)
            closing = self._next()
            if closing is None or closing["sign"] != ")":
                raise self._wrong()
            self._place = closing.end()
            return inner
        raise self._wrong()

    def _word(self, word: str) -> bool:
        match = self._next()
        if match is None or (match["word"] or "").lower() != word:
            return False
        self._place = match.end()
        return True

    def _next(self) -> re.Match[str] | None:
        return TOKEN.match(self._expression, self._place)

    def _wrong(self) -> Exception:
        return INVALID_EVENT_GRID.of(reason=f"The filter '{self._expression}' is not supported.")


def _contains(text: str) -> Test:
    wanted = text.replace("''", "'").lower()
    return lambda name: wanted in name


def _equals(text: str, *, wanted: bool) -> Test:
    other = text.replace("''", "'").lower()
    return lambda name: (name == other) == wanted
