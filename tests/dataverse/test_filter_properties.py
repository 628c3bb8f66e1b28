"""$filter under whatever anybody may write, and held against Python's own reading of the same condition."""

import operator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centrala.dataverse import fetchxml, paths
from centrala.dataverse.columns import Edm, Value
from centrala.dataverse.conditions import Field
from centrala.dataverse.entries import TABLE
from centrala.dataverse.failures import WebApiError
from centrala.dataverse.filters import parse

pytestmark = pytest.mark.long

FIELDS = {
    "text": Field("text", Edm.STRING),
    "other": Field("other", Edm.STRING),
    "number": Field("number", Edm.INT32),
    "flag": Field("flag", Edm.BOOLEAN),
    "id": Field("id", Edm.GUID),
    "at": Field("at", Edm.DATE_TIME),
    "secret": Field("secret", Edm.STRING, secured=True),
}
letters = st.text("abAB' %_\\\"()\x00é", max_size=4)
TYPES: dict[str, st.SearchStrategy[Any]] = {
    "text": letters,
    "other": letters,
    "number": st.integers(-3, 3),
    "flag": st.booleans(),
    "id": st.sampled_from([UUID(int=1), UUID("abcdefab-cdef-abcd-efab-cdefabcdefab")]),
    "at": st.sampled_from([datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 12, 30, tzinfo=UTC)]),
}
rows = st.fixed_dictionaries({name: st.none() | values for name, values in TYPES.items()} | {"secret": st.none()})
ORDERS = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}
TESTS = {"contains": str.__contains__, "startswith": str.startswith, "endswith": str.endswith}


def written(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case _:
            return str(value)


def folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


Pair = tuple[str, Any]  # the filter, and a function of a row


@st.composite
def comparisons(draw: st.DrawFn) -> Pair:
    """One comparison and what it means."""
    name = draw(st.sampled_from(sorted(TYPES)))
    value = draw(st.none() | TYPES[name])
    kind = draw(st.sampled_from(["eq", "ne", "in", "order", "function"]))
    if kind == "function" and name in {"text", "other"}:
        word, part = draw(st.sampled_from(sorted(TESTS))), draw(letters)
        meaning = TESTS[word]
        return (
            f"{word}({name},{written(part)})",
            lambda row: row[name] is not None and meaning(folded(row[name]), folded(part)),
        )
    if kind == "order" and name != "flag":
        word = draw(st.sampled_from(sorted(ORDERS)))
        order = ORDERS[word]
        return (
            f"{name} {word} {written(value)}",
            lambda row: row[name] is not None and value is not None and order(folded(row[name]), folded(value)),
        )
    if kind == "in":
        values = draw(st.lists(TYPES[name], min_size=1, max_size=3))
        listed = ",".join(written(one) for one in values)
        return f"{name} in ({listed})", lambda row: folded(row[name]) in [folded(one) for one in values]
    same = kind != "ne"
    return (
        f"{name} {'eq' if same else 'ne'} {written(value)}",
        lambda row: (folded(row[name]) == folded(value)) is same,
    )


def joined(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    both = st.tuples(inner, inner)
    return st.one_of(
        both.map(lambda two: (f"({two[0][0]}) and ({two[1][0]})", lambda row: two[0][1](row) and two[1][1](row))),
        both.map(lambda two: (f"({two[0][0]}) or ({two[1][0]})", lambda row: two[0][1](row) or two[1][1](row))),
        inner.map(lambda one: (f"not ({one[0]})", lambda row: not one[1](row))),
    )


@settings(max_examples=2_000, deadline=None)
@given(st.recursive(comparisons(), joined, max_leaves=8), rows)
def test_filter_holds_where_python_says_so(pair: Pair, row: dict[str, Value]) -> None:
    text, meaning = pair

    assert parse(text, FIELDS, type_name="row").holds(row) is bool(meaning(row))


TOKENS = (
    "text number secret eq ne and or not in ( ) , ' '' 'a' 1 null true contains PropertyName = [ ] 2026-01-01 / $it"
)
WORDS = st.sampled_from([*TOKENS.split(), "Microsoft.Dynamics.CRM.In", "\x00"])
HEAPS = st.lists(WORDS, max_size=25).map(" ".join) | st.text(max_size=60)


def refused_or_read(read: Any, text: str) -> None:
    refusal: WebApiError | None = None
    try:
        read(text)
    except WebApiError as error:
        refusal = error
    assert refusal is None or (refusal.status in {400, 403, 404, 501} and refusal.message.isprintable())


@settings(max_examples=5_000, deadline=None)
@given(HEAPS, rows)
def test_whatever_is_written_is_read_or_refused(text: str, row: dict[str, Value]) -> None:
    refused_or_read(lambda words: parse(words, FIELDS, type_name="row").holds(row), text)


@settings(max_examples=2_000, deadline=None)
@given(HEAPS | st.text("a()'/=$.,0-", max_size=60))
def test_whatever_path_is_asked_is_read_or_refused(text: str) -> None:
    refused_or_read(lambda path: [segment.guid("id") for segment in paths.segments(path) if segment.key], text)


XML = st.lists(
    st.sampled_from(
        [
            *(
                "<fetch>",
                "</fetch>",
                f'<entity name="{TABLE.name}">',
                "</entity>",
                "<filter>",
                "</filter>",
                "<!",
                "&a;",
            ),
            *('<filter type="or">', '<condition attribute="msdyn_key" operator="eq" value="x"/>', "<value>1</value>"),
            *('<condition attribute="statecode" operator="in">', "</condition>", "<all-attributes/>", "&a;", "\x00"),
        ]
    ),
    max_size=12,
).map("".join)


@settings(max_examples=2_000, deadline=None)
@given(XML | st.text(max_size=40))
def test_whatever_fetchxml_is_sent_is_read_or_refused(text: str) -> None:
    refused_or_read(lambda xml: fetchxml.read(xml, TABLE), text)
