"""What a system before us sends along with a call is read, or refused with its reason, and never stands in the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centrala.workstreams.told_along import (
    LONGEST_HEADER,
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_HEADERS,
    MOST_NOTES,
    MOST_PAIRS,
    NAME,
    SENT_AT_MOST,
    Note,
    Why,
    read,
    read_header,
    written,
)


def hex_of(text: str) -> str:
    return f"{text.encode().hex()};encoding=hex"


BOTH = {"Language": "pl", "Order": "4711"}


@pytest.mark.parametrize(
    "header",
    [
        "Language=pl;Order=4711",
        " Language = pl ; Order=4711 ; ",
        hex_of("Language=pl;Order=4711"),
        hex_of("Language=pl;Order=4711").upper().replace("ENCODING=HEX", "Encoding = HEX"),
        hex_of("\x04Language=pl;Order=4711") + ";content=isdn-uui;purpose=isdn-uui",
        hex_of("\x00Language=pl;Order=4711"),
        f'"{b"Language=pl;Order=4711".hex()}" ; encoding="hex"',
        hex_of("Language=pl") + ", " + hex_of("Order=4711"),
        '"Language=pl;Order=4711";purpose=ivr',
        'Language="pl";Order="4711"',
        "Language=%70l;Order=4711",
        "Language%3Dpl%3BOrder%3d4711",
        "Language=pl;content=ivr;Order=4711",
        "User-to-User: Language=pl;Order=4711",
        "x-ms-custom-user-to-user:Language=pl;Order=4711",
    ],
)
def test_header_is_read_in_every_form(header: str) -> None:
    told = read_header(header)

    assert (told.values, told.notes) == (BOTH, [])


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Name=Zo%C3%AB", "Zoë"),
        ("Name=a=b", "a=b"),
        ("Name=+48 600 100 200", "+48 600 100 200"),
        ("Name=100%", "100%"),
        ("Name=a,b", "a,b"),
        ('Name="a;b \\"c\\" \\\\"', 'a;b "c" \\'),
        ("Name=", ""),
        (hex_of("Name=Zażółć; "), "Zażółć"),
    ],
)
def test_values_are_what_was_meant(header: str, value: str) -> None:
    told = read_header(header)

    assert (told.values, told.notes) == ({"Name": value}, [])


@pytest.mark.parametrize(
    ("header", "note"),
    [
        ("61623d;encoding=base64", ("User-To-User", Why.ENCODING)),
        ("4c3d7;encoding=hex", ("User-To-User", Why.BAD_HEX)),
        ("Language=pl;encoding=hex", ("User-To-User", Why.BAD_HEX)),
        (";encoding=hex", ("User-To-User", Why.BAD_HEX)),
        ("ff3d61;encoding=hex", ("User-To-User", Why.NOT_UTF_8)),
        ("Name=%FF", ("Name", Why.NOT_UTF_8)),
        ("4c616e67", ("4c616e67", Why.NO_PAIR)),
        ("just words", ("User-To-User", Why.NO_PAIR)),
        ('Name="open', ("Name", Why.BAD_QUOTES)),
        ('Name="open\\"', ("Name", Why.BAD_QUOTES)),
        ("First-Name=Ala", ("First-Name", Why.BAD_NAME)),
        ("Imię=Ala", ("Imię", Why.BAD_NAME)),
        ("=Ala", ("?", Why.BAD_NAME)),
        (f"{'a' * (LONGEST_NAME + 1)}=1", ("a" * LONGEST_NAME, Why.BAD_NAME)),
        (f"Name={'a' * (LONGEST_VALUE + 1)}", ("Name", Why.TOO_LONG)),
        ("Name=a%00b", ("Name", Why.CONTROLS)),
        ("Name=a%0D%0Ab", ("Name", Why.CONTROLS)),
        ("Name=a%E2%80%AEb", ("Name", Why.CONTROLS)),
        ("a" * (LONGEST_HEADER + 1), ("User-To-User", Why.TOO_LONG)),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason_and_the_rest_is_read(header: str, note: Note) -> None:
    told = read({"User-To-User": header, "X-MS-Custom-Order": "4711"}, {})

    assert (told.values, told.notes) == ({"Order": "4711"}, [note])


def test_first_of_two_counts_and_user_to_user_before_other_headers() -> None:
    told = read({"X-Order": "1", "user-to-USER": "Order=2;Order=3"}, {"Order": "4", "Language": "pl"})

    assert told.values == {"Order": "2", "Language": "pl"}
    assert told.notes == [("Order", Why.TWICE)] * 3


def test_too_many_are_left_out() -> None:
    pairs = ";".join(f"n{number}=1" for number in range(MOST_PAIRS + 30))

    told = read({"User-to-User": pairs}, {f"h{number}": "1" for number in range(MOST_HEADERS)})

    assert (len(told.values), len(told.notes)) == (MOST_PAIRS, MOST_NOTES)


@pytest.mark.parametrize("given_", [None, "User-to-User", ["a"], 7, {"User-to-User": 7}, {"User-to-User": ["a=b"]}])
def test_headers_that_are_no_headers_are_none(given_: object) -> None:
    assert (read(given_, given_).values, read({}, given_).values) == ({}, {})


def test_only_variables_of_the_very_name_are_filled() -> None:
    told = read_header("language=pl;Order=4711;=").known_as({"Language", "Order"})

    assert told.values == {"Order": "4711"}
    assert told.notes == [("?", Why.BAD_NAME), ("language", Why.UNKNOWN)]


ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(st.characters()),  # halves of characters among them
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
)
PIECES = [*'ab=;,%"\\ 0fF:é\x00\ud800', "%3D", "%FF", ";encoding=hex", "User-to-User:"]
ODD = st.lists(st.sampled_from(PIECES)).map("".join)
HEADERS = st.dictionaries(st.sampled_from(["User-to-User", "X-a", "a"]) | st.text(st.characters()), ODD | ANYTHING)


@given(HEADERS | ANYTHING, HEADERS | ANYTHING)
def test_nothing_that_comes_along_raises_and_what_is_read_can_be_kept(sip: object, voip: object) -> None:
    told = read(sip, voip)

    assert all(NAME.fullmatch(name) and len(value) <= LONGEST_VALUE for name, value in told.values.items())
    for text in (*told.values.values(), *(what for what, _why in told.notes)):
        assert text.encode() is not None
        assert "\0" not in text
    assert {why for _what, why in told.notes} <= set(Why.values)


NAMES = st.from_regex(NAME, fullmatch=True).filter(lambda name: name.lower() not in {"encoding", "content", "purpose"})
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Zs", "Zl", "Zp"]), max_size=40)


@given(st.dictionaries(NAMES, TEXTS, min_size=1, max_size=5), st.booleans())
def test_what_is_written_is_read_as_the_same(values: dict[str, str], as_hex: bool) -> None:
    told = read_header(written(values, as_hex=as_hex))

    assert (told.values, told.notes) == (values, [])


@given(st.dictionaries(NAMES, TEXTS, max_size=20))
def test_what_is_sent_fits_the_services_header(values: dict[str, str]) -> None:
    sent = written({"First": "1"} | values, most=SENT_AT_MOST)

    assert len(sent) <= SENT_AT_MOST
    assert set(sent) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789=;.!%*_+~-")
    assert read_header(sent).values["First"] in {"1", values.get("First")}
