"""The 19 operators of advanced filters.

https://learn.microsoft.com/azure/event-grid/event-filtering#advanced-filtering
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from localazure.records.filters import Value

Wanted = tuple[Value, ...]  # one value of the filter; a range is a pair
Test = Callable[[object, Wanted], bool]


class Kind(StrEnum):
    """What a filter of the operator brings along: `value`, `values`, pairs, or nothing."""

    STRINGS = "strings"
    NUMBERS = "numbers"
    NUMBER = "number"
    RANGES = "ranges"
    BOOL = "bool"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Operator:
    """`test` compares one value of the event with one of the filter; a `negative` one is true when no pair fits.

    Several values of the event are the items of a list.

    `absent` is the answer for a key the event does not have, or whose value is null or of another type.
    """

    kind: Kind
    test: Test
    negative: bool = False
    absent: bool = False

    def fits(self, found: Sequence[object], wanted: tuple[Wanted, ...]) -> bool:
        comparable = [value for value in found if self._comparable(value)]
        if not comparable:
            return self.absent
        hit = any(self.test(value, each) for value in comparable for each in wanted)
        return hit != self.negative

    def _comparable(self, value: object) -> bool:
        if self.kind is Kind.STRINGS:
            return isinstance(value, str)
        if self.kind is Kind.BOOL:
            return isinstance(value, bool)
        return isinstance(value, (int, float)) and not isinstance(value, bool)


@dataclass(frozen=True, kw_only=True)
class Presence:
    """IsNullOrUndefined and IsNotNull: they compare with nothing."""

    null: bool
    kind: Kind = Kind.NOTHING

    def fits(self, found: Sequence[object], wanted: tuple[Wanted, ...]) -> bool:
        return self.null == all(value is None for value in found)


def _text(compare: Callable[[str, str], bool]) -> Test:
    """Case never matters."""
    return lambda value, wanted: compare(str(value).casefold(), str(wanted[0]).casefold())


def _number(compare: Callable[[float, float], bool]) -> Test:
    return lambda value, wanted: compare(_figure(value), _figure(wanted[0]))


def _figure(value: object) -> float:
    assert isinstance(value, (int, float))
    return value


def _within(value: object, wanted: Wanted) -> bool:
    least, most = wanted
    return _figure(least) <= _figure(value) <= _figure(most)


EQUAL_TEXT = _text(lambda value, wanted: value == wanted)
BEGINS = _text(lambda value, wanted: value.startswith(wanted))
ENDS = _text(lambda value, wanted: value.endswith(wanted))
CONTAINS = _text(lambda value, wanted: wanted in value)
EQUAL_NUMBER = _number(lambda value, wanted: value == wanted)

OPERATORS: dict[str, Operator | Presence] = {
    "NumberIn": Operator(kind=Kind.NUMBERS, test=EQUAL_NUMBER),
    "NumberNotIn": Operator(kind=Kind.NUMBERS, test=EQUAL_NUMBER, negative=True, absent=True),
    "NumberLessThan": Operator(kind=Kind.NUMBER, test=_number(lambda value, wanted: value < wanted)),
    "NumberGreaterThan": Operator(kind=Kind.NUMBER, test=_number(lambda value, wanted: value > wanted)),
    "NumberLessThanOrEquals": Operator(kind=Kind.NUMBER, test=_number(lambda value, wanted: value <= wanted)),
    "NumberGreaterThanOrEquals": Operator(kind=Kind.NUMBER, test=_number(lambda value, wanted: value >= wanted)),
    "NumberInRange": Operator(kind=Kind.RANGES, test=_within),
    "NumberNotInRange": Operator(kind=Kind.RANGES, test=_within, negative=True),
    "BoolEquals": Operator(kind=Kind.BOOL, test=lambda value, wanted: value is wanted[0]),
    "StringContains": Operator(kind=Kind.STRINGS, test=CONTAINS),
    "StringNotContains": Operator(kind=Kind.STRINGS, test=CONTAINS, negative=True),
    "StringBeginsWith": Operator(kind=Kind.STRINGS, test=BEGINS),
    "StringNotBeginsWith": Operator(kind=Kind.STRINGS, test=BEGINS, negative=True),
    "StringEndsWith": Operator(kind=Kind.STRINGS, test=ENDS),
    "StringNotEndsWith": Operator(kind=Kind.STRINGS, test=ENDS, negative=True),
    "StringIn": Operator(kind=Kind.STRINGS, test=EQUAL_TEXT),
    "StringNotIn": Operator(kind=Kind.STRINGS, test=EQUAL_TEXT, negative=True, absent=True),
    "IsNullOrUndefined": Presence(null=True),
    "IsNotNull": Presence(null=False),
}
