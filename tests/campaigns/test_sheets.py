"""A file of customers is understood however programs write it, or refused with line and reason."""

import pytest

from centrala.campaigns import numbers, sheets
from centrala.campaigns.models import Why
from centrala.errors import Refused

TEXT = "Telefon;Imię\n+48600100200;Zażółć\n+48600100201;Gęślą\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250"])
def test_encoding_is_recognised(encoding: str) -> None:
    sheet = sheets.read(TEXT.encode(encoding))

    assert (sheet.columns, sheet.number) == (["telefon", "imie"], 0)
    assert [row.cells[1] for row in sheet.rows] == ["Zażółć", "Gęślą"]


@pytest.mark.parametrize(
    "text",
    [
        "number,name\n1,a\n2,b\n",
        "number;name\r\n1;a\r\n2;b",
        "number\tname\r1\ta\r2\tb\r",
        "sep=|\nnumber|name\n1|a\n2|b\n",
        '"number", "name"\n"1", "a"\n\n"2", "b"\n',
    ],
    ids=["commas", "semicolons", "tabs", "named by Excel", "quotes"],
)
def test_separator_is_recognised(text: str) -> None:
    sheet = sheets.read(text.encode())

    assert [row.cells for row in sheet.rows] == [["1", "a"], ["2", "b"]]


def test_lines_are_counted_as_an_editor_does() -> None:
    sheet = sheets.read(b'number;note\n\n1;"two\nlines; here"\n\n2;x\n')

    assert [(row.line, row.cells) for row in sheet.rows] == [(3, ["1", "two\nlines; here"]), (6, ["2", "x"])]


def test_file_without_a_heading_is_one_of_numbers() -> None:
    sheet = sheets.read(b"+48 600 100 200\n600100201\n")

    assert (sheet.columns, sheet.number, len(sheet.rows)) == (["number"], 0, 2)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "There is no row in this file."),
        (b"\n ; \n", "There is no row in this file."),
        (b"number;name\n", "There is only a heading in this file."),
        (b"a;b\n1;2\n", "No column is named number, phone, numer or telefon. The first line holds: “a”, “b”."),
        (b"phone;numer\n1;2\n", "Several columns could hold the numbers: “phone”, “numer”. Leave one of them."),
        (b'number;name\n1;ok\n2;"open\n3;x\n', "Line 3 cannot be read: a quotation mark is not closed"),
        (b'number;name\n1;"a"b\n', "Line 2 cannot be read: a quotation mark is not closed, or something follows it."),
        (b"number\n1\n\x81\n", "Line 3 holds bytes that are no text. Save the file as CSV UTF-8."),
        (b"number\n\x00\x01\x02\n", "This is no text file. Save it as CSV UTF-8."),
        (b"PK\x03\x04workbook", "This is an Excel workbook."),
        (b"number\n" + b"1\n" * 25_001, "There are more than 25000 rows in this file. Split it."),
        (b"x" * 4_000_001, "This file has more than 4 MB. Split it."),
        (b"number\n" + b"1" * 200_000, "Line 2 cannot be read"),
    ],
)
def test_broken_file_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(Refused) as refused:
        sheets.read(data)

    assert refused.value.field == "file"
    assert refused.value.message.startswith(why)


@pytest.mark.parametrize(
    ("cell", "understood"),
    [
        ("+48 600-100-200", "+48600100200"),
        ("0048600100200", "+48600100200"),
        ("48600100200", "+48600100200"),
        ("600 100 200", "+48600100200"),
        ("'+48600100200", "+48600100200"),
        ('="+48600100200"', "+48600100200"),
        ("14255550123", "+14255550123"),
        ("4.86E+10", Why.EXCEL),
        ("4,86001E+10", Why.EXCEL),
        ("", Why.INVALID),
        ("12", Why.INVALID),
        ("+48 600 100", Why.INVALID),
        ("600100200 or 201", Why.INVALID),
        ("=1+1", Why.INVALID),
        ("1-800-FLOWERS", Why.INVALID),
        ("+" + "9" * 40, Why.INVALID),
    ],
)
def test_number_is_understood_as_people_write_it(cell: str, understood: str | Why) -> None:
    assert numbers.read(cell, region="PL") == understood


def test_number_without_a_country_is_none_where_the_sender_has_none() -> None:
    assert numbers.region_of("12345") is None
    assert numbers.read("600100200", region=None) == Why.INVALID
