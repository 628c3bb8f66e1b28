"""Lists in pages, by key: where a page ended says where the next one begins, so page 1,000 costs what page 1 does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django import forms
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from centrala.moments import moment

Row = TypeVar("Row", bound=Model)
Key = UUID | int
ReadKey = Callable[[str], Key]  # raises ValueError


@dataclass(frozen=True)
class Cursor:
    """The time and the id of a page's last row."""

    at: datetime
    id: Key

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"

    @classmethod
    def parse(cls, text: str, *, key: ReadKey = UUID) -> "Cursor":
        """Raises ValueError for anything but what str() gave."""
        at, _tilde, id_ = text.partition("~")
        return cls(moment(at), key(id_))


def serial(text: str) -> int:
    """A key that the database counts. Raises ValueError for what PostgreSQL would not take for one."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise ValueError("not a key")
    return int(text)


def below(place: Cursor, *, by: str, oldest_first: bool = False) -> Q:
    """What stands below a place in a list that is newest first by the field `by`, or oldest first.

    Worded as a bound on the time: from two cases joined by OR PostgreSQL would read the index from its beginning.
    """
    beyond = "gt" if oldest_first else "lt"
    bound = Q(**{f"{by}__{beyond}e": place.at})
    return bound & (Q(**{f"{by}__{beyond}": place.at}) | Q(**{f"id__{beyond}": place.id}))


def page(
    rows: QuerySet[Row], *, by: str, after: Cursor | None, limit: int, oldest_first: bool = False
) -> tuple[list[Row], Cursor | None]:
    """At most `limit` rows, newest first by the field `by` unless told otherwise, and where the next page begins
    (None: there is none)."""
    if after is not None:
        rows = rows.filter(below(after, by=by, oldest_first=oldest_first))
    way = "" if oldest_first else "-"
    found = list(rows.order_by(f"{way}{by}", f"{way}id")[: limit + 1])
    shown = found[:limit]
    return shown, Cursor(getattr(shown[-1], by), shown[-1].pk) if len(found) > limit else None


class CursorField(forms.CharField):
    """A place in a list, or None for its beginning."""

    def __init__(self, *, key: ReadKey = UUID) -> None:
        super().__init__(required=False)
        self._key = key

    def clean(self, value: object) -> Cursor | None:
        text = super().clean(value)
        try:
            return Cursor.parse(text, key=self._key) if text else None
        except ValueError:
            raise forms.ValidationError(_("This is not a place in a list.")) from None
