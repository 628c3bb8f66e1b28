"""A query on a table: which rows, which of their properties, in what order, from where on."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from centrala.dataverse.columns import Row
from centrala.dataverse.conditions import Condition, Field
from centrala.dataverse.failures import Failure, syntax
from centrala.dataverse.filters import parse
from centrala.dataverse.options import PAGE
from centrala.dataverse.table import Table
from centrala.dataverse.tokens import shown

OPTIONS = {"$select", "$filter", "$orderby", "$top", "$count", "$expand", "$skiptoken", "$format"}
MOST = 2_147_483_647  # an Edm.Int32
EXPANSION = re.compile(r"\s*+([\w]++)\s*+(?:\(\s*+\$select=([\w,\s]*+)\))?\s*+(,|\Z)", re.ASCII)
PLACE = re.compile(r"(\d{1,9})~([0-9a-f-]{36})", re.ASCII)


@dataclass(frozen=True)
class Place:
    """Where a page ended: how many rows had been given, and the id of the last one."""

    seen: int
    last: UUID

    def __str__(self) -> str:
        return f"{self.seen}~{self.last}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Raises WebApiError. A forged one leads elsewhere in the caller's own rows and nowhere else."""
        found = PLACE.fullmatch(text)
        try:
            if found:
                return cls(int(found[1]), UUID(found[2]))
        except ValueError:
            pass
        raise syntax("The $skiptoken is not one of this service: follow @odata.nextLink as it is.")


@dataclass(frozen=True)
class Order:
    field: Field
    descending: bool


@dataclass(frozen=True, kw_only=True)
class Query:
    """`select` None is everything. `expand` maps a lookup to what is selected of its row."""

    select: tuple[str, ...] | None = None
    expand: Mapping[str, tuple[str, ...] | None]
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    top: int | None = None
    count: bool = False
    after: Place | None = None
    page: int = 1  # only FetchXML counts pages


@dataclass(frozen=True)
class Page:
    """`total` counts all rows that fit, on whatever page."""

    rows: list[Row]
    total: int
    following: Place | None


def query_of(options: Mapping[str, str], table: Table, tables: Mapping[str, Table]) -> Query:
    """Raises WebApiError."""
    filter_, top = options.get("$filter"), options.get("$top")
    if options.get("$format", "json").partition(";")[0] not in {"json", "application/json"}:
        raise Failure.NOT_IMPLEMENTED.of(what="A format other than JSON")
    return Query(
        select=selected(options.get("$select"), table),
        expand=expanded(options.get("$expand"), table, tables),
        where=parse(filter_, table.fields, type_name=table.name) if filter_ is not None else None,
        order=ordered(options.get("$orderby", ""), table.fields, table.name),
        top=number(top) if top is not None else None,
        count=_flag(options.get("$count", "false")),
        after=Place.parse(options["$skiptoken"]) if "$skiptoken" in options else None,
    )


def run(query: Query, rows: Iterable[Row], *, key: str, page_size: int = PAGE) -> Page:
    """The rows of one page. `key` names the id: by it stand the rows that are alike in the order asked for."""
    fitting = [row for row in rows if query.where is None or query.where.holds(row)]
    fitting.sort(key=lambda row: _id(row, key))
    for order in reversed(query.order):
        fitting.sort(key=partial(_rank, order.field), reverse=order.descending)
    within = fitting if query.top is None else fitting[: query.top]
    begin = _begin(query, within, key, page_size)
    page = within[begin : begin + page_size]
    end = begin + len(page)
    return Page(page, len(fitting), Place(end, _id(page[-1], key)) if page and end < len(within) else None)


def _begin(query: Query, rows: Sequence[Row], key: str, page_size: int) -> int:
    if query.after is None:
        return (query.page - 1) * page_size
    last = query.after.last
    found = next((position for position, row in enumerate(rows) if row[key] == last), None)
    return query.after.seen if found is None else found + 1


def _id(row: Row, key: str) -> UUID:
    value = row[key]
    assert isinstance(value, UUID)
    return value


def _rank(field: Field, row: Row) -> tuple[bool, Any]:  # values of one type, as the column has it
    """Null comes before everything."""
    value = field.value(row)
    return value is not None, value


def selected(text: str | None, table: Table) -> tuple[str, ...] | None:
    """A lookup may go by the name of its column, too. Raises WebApiError."""
    if text is None or text.strip() == "*":
        return None
    names = []
    for name in (part.strip() for part in text.split(",")):
        own = f"_{name}_value" if name in table.navigation else name
        if own not in table.properties:
            raise Failure.NO_PROPERTY.of(name=shown(name), type=table.name)
        names.append(own)
    return tuple(dict.fromkeys(names))


def expanded(text: str | None, table: Table, tables: Mapping[str, Table]) -> dict[str, tuple[str, ...] | None]:
    """Raises WebApiError."""
    found: dict[str, tuple[str, ...] | None] = {}
    at = 0
    while text is not None and (at < len(text) or not found):
        part = EXPANSION.match(text, at)
        if part is None:
            raise Failure.NOT_IMPLEMENTED.of(what="An $expand of anything but lookups with $select")
        relationship = table.navigation.get(part[1])
        if relationship is None:
            raise Failure.NO_PROPERTY.of(name=shown(part[1]), type=table.name)
        found[part[1]] = selected(part[2], tables[relationship.target])
        at = part.end()
    return found


def ordered(text: str, fields: Mapping[str, Field], type_name: str) -> tuple[Order, ...]:
    """Raises WebApiError: a secured property would tell its values by the order."""
    found = []
    for part in text.split(",") if text.strip() else []:
        name, *direction = part.split()[:3] or [""]
        if direction not in ([], ["asc"], ["desc"]):
            raise syntax(f"Syntax error in $orderby at '{shown(part.strip())}'.")
        if name not in fields:
            raise Failure.NO_PROPERTY.of(name=shown(name), type=type_name)
        if fields[name].secured:
            raise Failure.SECURED.of(name=name)
        found.append(Order(fields[name], direction == ["desc"]))
    return tuple(found)


def number(text: str) -> int:
    """Of $top. Raises WebApiError."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 10 or int(text) > MOST:
        raise Failure.BAD_TOP.of(value=shown(text))
    return int(text)


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise syntax(f"Invalid value '{shown(text)}' for $count query option found. It is true or false.")
    return text == "true"
