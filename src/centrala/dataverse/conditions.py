"""Conditions on rows, as a tree. They know two truth values: what compares with null is false, its opposite true."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import eq, ge, gt, le, lt
from typing import Any, Protocol
from uuid import UUID

from centrala.dataverse.columns import Edm, Reference, Row, Value

Plain = None | bool | int | float | str | UUID | datetime


@dataclass(frozen=True, eq=False)
class Field:
    """A property of a row, by which conditions may ask."""

    name: str
    edm: Edm
    secured: bool = False
    also: Mapping[str, str] = field(default_factory=dict)

    def value(self, row: Row) -> Plain:
        return comparable(row[self.name])

    def spellings(self, row: Row) -> tuple[Plain, ...]:
        value = row[self.name]
        other = self.also.get(value) if isinstance(value, str) else None
        return (comparable(value),) if other is None else (comparable(value), comparable(other))


def comparable(value: Value | float) -> Plain:
    """Texts compare without case, as the collation of Dataverse's databases has it; lookups by their ids."""
    if isinstance(value, Reference):
        return value.id
    return value.casefold() if isinstance(value, str) else value


class Condition(Protocol):
    def holds(self, row: Row) -> bool: ...


@dataclass(frozen=True)
class Equal:
    """To any of the values; None is null."""

    field: Field
    values: tuple[Plain, ...]

    def holds(self, row: Row) -> bool:
        return any(mine == value for mine in self.field.spellings(row) for value in self.values)


Ordering = Callable[[Any, Any], bool]  # of two values of one type
ORDERINGS: dict[str, Ordering] = {"gt": gt, "ge": ge, "lt": lt, "le": le}


@dataclass(frozen=True)
class Ordered:
    field: Field
    ordering: Ordering
    value: Plain

    def holds(self, row: Row) -> bool:
        mine = self.field.value(row)
        return mine is not None and self.value is not None and self.ordering(mine, self.value)


@dataclass(frozen=True)
class Beside:
    """Two properties of the same row."""

    left: Field
    ordering: Ordering
    right: Field

    def holds(self, row: Row) -> bool:
        mine, other = self.left.value(row), self.right.value(row)
        if mine is None or other is None:
            return self.ordering is eq and mine is other
        return self.ordering(mine, other)


TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": str.__contains__,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


@dataclass(frozen=True)
class Text:
    field: Field
    test: Callable[[str, str], bool]
    part: str

    def holds(self, row: Row) -> bool:
        return any(isinstance(mine, str) and self.test(mine, self.part) for mine in self.field.spellings(row))


@dataclass(frozen=True)
class Not:
    condition: Condition

    def holds(self, row: Row) -> bool:
        return not self.condition.holds(row)


@dataclass(frozen=True)
class Every:
    conditions: tuple[Condition, ...]

    def holds(self, row: Row) -> bool:
        return all(condition.holds(row) for condition in self.conditions)


@dataclass(frozen=True)
class Some:
    conditions: tuple[Condition, ...]

    def holds(self, row: Row) -> bool:
        return any(condition.holds(row) for condition in self.conditions)
