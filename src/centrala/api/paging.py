"""Lists in pages, by key: the address of the next page is told whole, and is the only way there."""

from typing import Annotated, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Header, Query
from ninja.errors import ValidationError
from pydantic import Field

from centrala.keyset import Cursor, ReadKey

Row = TypeVar("Row", bound=Model)
Limit = Annotated[int, Query(50, ge=1, le=200, description="Items in a page")]
Place = Annotated[str, Query("", max_length=100, description="From `next`: where the page begins")]
# NUL is in no text of the database, and PostgreSQL does not take it for one.
Word = Annotated[str, Field(max_length=100, pattern="^[^\\x00]*$")]

Serial = Annotated[int, Query(0, ge=0, le=2**62, description="From `next`: where the page begins")]
IdempotencyKey = Annotated[
    str,
    Header(
        "", alias="Idempotency-Key", max_length=255, pattern="^[ -~]*$", description="Of your choice, one per message"
    ),
]


def place(text: str, name: str, *, key: ReadKey = UUID) -> Cursor | None:
    """Raises ValidationError for a parameter `name` that is not from `next`."""
    try:
        return Cursor.parse(text, key=key) if text else None
    except ValueError:
        raise ValidationError([{"loc": ("query", name), "msg": "take the whole address from `next`"}]) from None


def in_order(rows: QuerySet[Row], *, by: str, after: str | int, limit: int) -> tuple[list[Row], object | None]:
    """A page of a list in the order of a unique field, and that field of its last row where there are more."""
    found = list(rows.filter(**{f"{by}__gt": after}).order_by(by)[: limit + 1])
    page = found[:limit]
    return page, getattr(page[-1], by) if len(found) > limit else None


def following(request: HttpRequest, name: str, cursor: object | None) -> str | None:
    """This request's address with another place in it."""
    if cursor is None:
        return None
    query = {**request.GET.dict(), name: str(cursor)}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query)}")
