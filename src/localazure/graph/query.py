"""$filter, $select, $top and $count on Graph's lists. https://learn.microsoft.com/graph/query-parameters"""

import re

from localazure.errors import GRAPH_BAD_REQUEST, GRAPH_BAD_SELECT, GRAPH_UNSUPPORTED_QUERY, PART_NOT_EMULATED
from localazure.graph.shapes import Json
from localazure.paging import listing
from localazure.pipeline import Call
from localazure.world import World

VALUE = r"(?:'(?P<text>(?:[^']|'')*)'|(?P<word>true|false|null|[0-9a-f-]{36}))"
TERM = re.compile(
    rf"\s*(?:(?P<field>\w+)\s+eq\s+{VALUE}"
    r"|startswith\(\s*(?P<begun>\w+)\s*,\s*'(?P<start>(?:[^']|'')*)'\s*\)"
    r"|(?P<list>\w+)/any\(\s*(\w+)\s*:\s*\w+\s+eq\s+'(?P<item>(?:[^']|'')*)'\s*\))\s*",
    re.IGNORECASE,
)
AND = re.compile(r"and\b", re.IGNORECASE)
UNKNOWN = ("search", "orderby", "expand", "skip")


def answer(world: World, call: Call, kind: str, items: list[Json]) -> Json:
    """The page that was asked for. `kind` names the set in @odata.context."""
    for name in UNKNOWN:
        if name in call.query:
            raise PART_NOT_EMULATED.of(what=f"${name} of Microsoft Graph")
    found = filtered(items, call.query.get("filter", ""))
    count: Json = {"@odata.count": len(found)} if call.query.get("count", "").lower() == "true" else {}
    page = listing(world, call, [selected(call, one) for one in found], "@odata.nextLink")
    return {"@odata.context": f"{world.addresses.url}/v1.0/$metadata#{kind}"} | count | page


def one(world: World, call: Call, kind: str, item: Json) -> Json:
    return {"@odata.context": f"{world.addresses.url}/v1.0/$metadata#{kind}/$entity"} | selected(call, item)


def selected(call: Call, item: Json) -> Json:
    names = [name.strip() for name in call.query.get("select", "").split(",") if name.strip()]
    known = {name.lower(): name for name in item}
    for name in names:
        if name.lower() not in known:
            raise GRAPH_BAD_SELECT.of(name=name)
    return {known[name.lower()]: item[known[name.lower()]] for name in names} if names else item


def filtered(items: list[Json], expression: str) -> list[Json]:
    """`eq`, `startswith` and `any`, joined by `and`; texts are compared without case."""
    for term in _terms(expression):
        items = [item for item in items if _fits(item, term)]
    return items


def _terms(expression: str) -> list[re.Match[str]]:
    terms, place = [], 0
    while expression.strip() and place <= len(expression):
        match = TERM.match(expression, place)
        joint = AND.match(expression, match.end()) if match else None
        if match is None or (joint is None and match.end() != len(expression)):
            raise GRAPH_BAD_REQUEST.of(reason=f"Unsupported or invalid query filter clause: {expression}")
        terms.append(match)
        if joint is None:
            break
        place = joint.end()
    return terms


def _fits(item: Json, term: re.Match[str]) -> bool:
    name = term["field"] or term["begun"] or term["list"]
    known = {each.lower(): each for each in item}
    if name.lower() not in known:
        raise GRAPH_UNSUPPORTED_QUERY.of(name=name)
    value = item[known[name.lower()]]
    if term["list"]:
        return isinstance(value, list) and _plain(term["item"]) in [str(each).lower() for each in value]
    if term["begun"]:
        return str(value or "").lower().startswith(_plain(term["start"]))
    if term["word"]:
        return _word(value) == term["word"].lower()
    return value is not None and str(value).lower() == _plain(term["text"])


def _word(value: object) -> str:
    if value is None:
        return "null"
    return str(value).lower()


def _plain(text: str) -> str:
    return text.replace("''", "'").lower()
