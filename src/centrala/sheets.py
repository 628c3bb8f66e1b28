"""Rows of a CSV file as programs really write them: whatever encoding and separator."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from centrala.errors import Refused

MOST_BYTES = 4_000_000
SEPARATORS = ";\t,"
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of Excel, today's and that of old
LOOKED_AT = 2_000  # bytes, for the zeros of UTF-16 without its mark
SHORTENED = re.compile(r"\d([.,]\d+)?e\+?\d+", re.IGNORECASE)  # 4.86E+10: what Excel makes of a long number
FORMULA = re.compile(r'="(.*)"')  # how programs keep Excel from shortening it


@dataclass(frozen=True)
class Row:
    line: int  # in which it begins
    cells: list[str]


def rows(data: bytes, *, most: int) -> list[Row]:
    """Those with anything in them, the heading's included. Raises Refused, with the field `file`, for what is no such
    file, and for one of more than `most` rows below a heading."""
    found = [row for row in _rows(_text(data)) if any(row.cells)]
    if not found:
        raise refused(_("There is no row in this file."))
    if len(found) > most + 1:
        raise refused(_("There are more than %(most)s rows in this file. Split it.") % {"most": most})
    return found


def unwrapped(cell: str) -> str:
    """Without what keeps Excel from shortening a number."""
    if formula := FORMULA.fullmatch(cell):
        cell = formula[1]
    return cell.removeprefix("'").strip()


def refused(message: str) -> Refused:
    return Refused(message, field="file")


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise refused(_("This file has more than %(most)s MB. Split it.") % {"most": MOST_BYTES // 1_000_000})
    if data.startswith(WORKBOOKS):
        raise refused(_("This is an Excel workbook. In Excel choose Save as, CSV UTF-8, and send that file."))
    try:
        text = data.decode(_encoding(data))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refused(
            _("Line %(line)s holds bytes that are no text. Save the file as CSV UTF-8.") % {"line": line}
        ) from None
    if "\x00" in text:
        raise refused(_("This is no text file. Save it as CSV UTF-8."))
    return text


def _encoding(data: bytes) -> str:
    """By the mark at its beginning; by UTF-16's zeros; UTF-8 where it is that, for what else is that is written so
    seldom; else what Windows writes in Poland."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return name
    even, odd = data[0:LOOKED_AT:2], data[1:LOOKED_AT:2]
    if odd and odd.count(0) > len(odd) // 3 and not even.count(0):
        return "utf-16-le"
    if even and even.count(0) > len(even) // 3 and not odd.count(0):
        return "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1250"
    return "utf-8"


def _rows(text: str) -> Iterator[Row]:
    first, _end, rest = text.partition("\n")
    told = first.strip().lower()
    skipped = 0
    if told.startswith("sep=") and len(told) <= len("sep=,"):  # Excel's own word for it; a tab is stripped from it
        separator, text, skipped = told[4:] or "\t", rest, 1
    else:
        separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True)
    line = 1 + skipped
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            raise refused(
                _("Line %(line)s cannot be read: a quotation mark is not closed, or something follows it.")
                % {"line": line}
            ) from None
        if cells is None:
            return
        yield Row(line, [cell.strip() for cell in cells])
        line = reader.line_num + 1 + skipped


def _separator(text: str) -> str:
    """The one that the first line with something in it has most of, outside of quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=outside.count)
