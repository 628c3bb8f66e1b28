"""FetchXML, as much of it as is seen in the wild on these tables: attributes, filters, order, top, pages.

https://learn.microsoft.com/power-apps/developer/data-platform/fetchxml/reference/
"""

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from centrala.dataverse.conditions import (
    ORDERINGS,
    TEXT_TESTS,
    Condition,
    Equal,
    Every,
    Field,
    Not,
    Ordered,
    Some,
    Text,
)
from centrala.dataverse.failures import Failure, syntax
from centrala.dataverse.literals import from_text
from centrala.dataverse.options import PAGE
from centrala.dataverse.query import Order, Query
from centrala.dataverse.table import Table
from centrala.dataverse.tokens import shown

LONGEST, MOST = 32_768, 2_000  # characters, tags
DEEPEST = 40  # elements within one another
FETCH = {"top", "count", "page", "paging-cookie", "returntotalrecordcount", "version", "mapping", "output-format"}
FETCH |= {"distinct", "no-lock", "latematerialize"}
MOST_PAGES = 1_000_000


@dataclass(frozen=True)
class Fetch:
    query: Query
    page_size: int
    total: bool  # asked for


def read(xml: str, table: Table) -> Fetch:
    """Raises WebApiError."""
    root = _parse(xml)
    entity = root.find("entity")
    if root.tag != "fetch" or len(root) != 1 or entity is None or not set(root.attrib) <= FETCH:
        raise Failure.NOT_IMPLEMENTED.of(what="FetchXML other than one entity within fetch")
    if _true(root.get("distinct")):
        raise Failure.NOT_IMPLEMENTED.of(what="FetchXML with distinct")
    if entity.get("name") != table.name:
        raise syntax(f"The entity of the FetchXML is not '{table.name}', whose set the address names.")
    return Fetch(
        Query(
            select=_select(entity, table),
            expand={},
            where=_filters(entity, table),
            order=_order(entity, table),
            top=_whole(root, "top", PAGE),
            page=_whole(root, "page", MOST_PAGES) or 1,
        ),
        _whole(root, "count", PAGE) or PAGE,
        total=_true(root.get("returntotalrecordcount")),
    )


def _parse(xml: str) -> Element:
    """Nothing that declares entities is read, and nothing that is built like a well."""
    if len(xml) > LONGEST or "<!" in xml or xml.count("<") > MOST:
        raise syntax("Invalid XML.")
    try:
        root = ElementTree.fromstring(xml)  # noqa: S314 - declarations are refused above
    except (ElementTree.ParseError, ValueError):  # ValueError: a lone surrogate
        raise syntax("Invalid XML.") from None
    if _depth(root) > DEEPEST:
        raise syntax(f"The FetchXML is nested deeper than {DEEPEST} levels.")
    return root


def _depth(root: Element) -> int:
    depth, level = 0, [root]
    while level:
        depth, level = depth + 1, [child for element in level for child in element]
    return depth


def _select(entity: Element, table: Table) -> tuple[str, ...] | None:
    for child in entity:
        if child.tag not in {"attribute", "all-attributes", "filter", "order"}:
            raise Failure.NOT_IMPLEMENTED.of(what=f"FetchXML's {shown(child.tag)}")
    if entity.find("all-attributes") is not None:
        return None
    names = []
    for attribute in entity.findall("attribute"):
        if set(attribute.attrib) - {"name"}:
            raise Failure.NOT_IMPLEMENTED.of(what="FetchXML's alias, aggregate or groupby")
        names.append(_field(attribute.get("name", ""), table).name)
    return tuple(names) or None


def _field(name: str, table: Table, *, asked: bool = False) -> Field:
    """By the column's name, which is also a lookup's. `asked`: by its value, so a secured one is refused."""
    column = next((one for one in table.columns if one.name == name), None)
    if column is None:
        raise Failure.NO_PROPERTY.of(name=shown(name), type=table.name)
    if column.secured and asked:
        raise Failure.SECURED.of(name=name)
    return table.fields[column.property_name]


def _order(entity: Element, table: Table) -> tuple[Order, ...]:
    return tuple(
        Order(
            _field(order.get("attribute", ""), table, asked=True), order.get("descending", "").lower() in {"true", "1"}
        )
        for order in entity.findall("order")
    )


def _filters(entity: Element, table: Table) -> Condition | None:
    found = tuple(_filter(one, table) for one in entity.findall("filter"))
    return Every(found) if found else None


def _filter(element: Element, table: Table) -> Condition:
    kind = element.get("type", "and")
    if kind not in {"and", "or"}:
        raise syntax(f"A filter of FetchXML is 'and' or 'or', not '{shown(kind)}'.")
    parts = tuple(_part(child, table) for child in element)
    return Some(parts) if kind == "or" and parts else Every(parts)


def _part(child: Element, table: Table) -> Condition:
    if child.tag == "filter":
        return _filter(child, table)
    if child.tag != "condition" or set(child.attrib) - {"attribute", "operator", "value"}:
        raise Failure.NOT_IMPLEMENTED.of(what=f"FetchXML's {shown(child.tag)} of this kind")
    field, operator = _field(child.get("attribute", ""), table, asked=True), child.get("operator", "")
    if operator not in OPERATORS:
        raise Failure.NOT_IMPLEMENTED.of(what=f"FetchXML's operator '{shown(operator)}'")
    values = [child.get("value")] if "value" in child.attrib else [value.text for value in child.findall("value")]
    return OPERATORS[operator](field, [value or "" for value in values], operator)


def _equal(field: Field, values: list[str], operator: str) -> Condition:
    return Equal(field, (from_text(_one(values, operator), field, "eq"),))


def _among(field: Field, values: list[str], operator: str) -> Condition:
    return Equal(field, tuple(from_text(value, field, operator) for value in values))


def _null(field: Field, _values: list[str], _operator: str) -> Condition:
    return Equal(field, (None,))


def _ordering(field: Field, values: list[str], operator: str) -> Condition:
    return Ordered(field, ORDERINGS[operator], from_text(_one(values, operator), field, operator))


def _like(field: Field, values: list[str], operator: str) -> Condition:
    """With % at the beginning, the end, both or nowhere; within a text, or other signs of a pattern, it is refused."""
    pattern = _one(values, operator).casefold()
    inside = pattern.strip("%")
    if any(sign in inside for sign in "%_[]"):
        raise Failure.NOT_IMPLEMENTED.of(what="A pattern of like with anything but % at its ends")
    begins, ends = not pattern.startswith("%"), not pattern.endswith("%")
    if begins and ends:
        return Equal(field, (inside,))
    name = "startswith" if begins else "endswith" if ends else "contains"
    return Text(field, TEXT_TESTS[name], inside)


def _begins(field: Field, values: list[str], operator: str) -> Condition:
    name = "startswith" if "begin" in operator else "endswith"
    return Text(field, TEXT_TESTS[name], _one(values, operator).casefold())


Make = Callable[[Field, list[str], str], Condition]


def _opposite(make: Make) -> Make:
    return lambda field, values, operator: Not(make(field, values, operator))


OPERATORS: dict[str, Make] = {
    "eq": _equal,
    "ne": _opposite(_equal),
    "neq": _opposite(_equal),
    "in": _among,
    "not-in": _opposite(_among),
    "null": _null,
    "not-null": _opposite(_null),
    "gt": _ordering,
    "ge": _ordering,
    "lt": _ordering,
    "le": _ordering,
    "like": _like,
    "not-like": _opposite(_like),
    "begins-with": _begins,
    "not-begin-with": _opposite(_begins),
    "ends-with": _begins,
    "not-end-with": _opposite(_begins),
}


def _one(values: list[str], operator: str) -> str:
    if len(values) != 1:
        raise syntax(f"The operator '{operator}' takes one value.")
    return values[0]


def _true(text: str | None) -> bool:
    return (text or "").lower() in {"true", "1"}


def _whole(element: Element, name: str, most: int) -> int | None:
    text = element.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 9 or not 1 <= int(text) <= most:
        raise syntax(f"{name} of the FetchXML is a whole number from 1 to {most}.")
    return int(text)
