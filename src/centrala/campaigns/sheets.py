"""A CSV file as programs really write it: whatever encoding and separator, with or without a heading."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from centrala.conversations.folding import fold
from centrala.errors import Refused

MOST_BYTES = 4_000_000
MOST_ROWS = 25_000
SEPARATORS = ";\t,"
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of Excel, today's and that of old
LOOKED_AT = 2_000  # bytes, for the zeros of UTF-16 without its mark
# As `heading` has them.
NUMBER_NAMES = frozenset(
    {
        "number",
        "phone",
        "phone number",
        "phonenumber",
        "telephone",
        "telephone number",
        "tel",
        "mobile",
        "mobile phone",
        "mobile number",
        "msisdn",
        "numer",
        "numer telefonu",
        "nr",
        "nr telefonu",
        "nr tel",
        "telefon",
        "telefon komorkowy",
        "komorka",
    }
)


@dataclass(frozen=True)
class Row:
    line: int  # in which it begins
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """`columns` as `heading` has them, `titles` as they stand there; without a heading there is only that of
    the numbers."""

    columns: list[str]
    titles: list[str]
    rows: list[Row]
    number: int  # which column holds the numbers


def heading(text: str) -> str:
    """A column's name, and a placeholder's: capital letters, accents, blanks, dashes do not matter."""
    return " ".join(fold(text).replace("_", " ").split())


def read(data: bytes) -> Sheet:
    """Raises Refused, with the field `file`, for what is no such file."""
    text = _text(data)
    rows = [row for row in _rows(text) if any(row.cells)]
    if not rows:
        raise _refused(_("There is no row in this file."))
    if len(rows) > MOST_ROWS + 1:
        raise _refused(_("There are more than %(most)s rows in this file. Split it.") % {"most": MOST_ROWS})
    columns = [heading(cell) for cell in rows[0].cells]
    numbers = [place for place, name in enumerate(columns) if name in NUMBER_NAMES]
    if len(numbers) == 1:
        if len(rows) == 1:
            raise _refused(_("There is only a heading in this file."))
        return Sheet(columns, rows[0].cells, rows[1:], numbers[0])
    if not numbers and _is_number(rows[0].cells[0]):
        named = ["number", *[""] * (len(columns) - 1)]
        return Sheet(named, named, rows, 0)
    found = ", ".join(f"“{cell[:30]}”" for cell in rows[0].cells[:10])
    if numbers:
        raise _refused(_("Several columns could hold the numbers: %(found)s. Leave one of them.") % {"found": found})
    raise _refused(
        _("No column is named number, phone, numer or telefon. The first line holds: %(found)s.") % {"found": found}
    )


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise _refused(_("This file has more than %(most)s MB. Split it.") % {"most": MOST_BYTES // 1_000_000})
    if data.startswith(WORKBOOKS):
        raise _refused(_("This is an Excel workbook. In Excel choose Save as, CSV UTF-8, and send that file."))
    try:
        text = data.decode(_encoding(data))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refused(
            _("Line %(line)s holds bytes that are no text. Save the file as CSV UTF-8.") % {"line": line}
        ) from None
    if "\x00" in text:
        raise _refused(_("This is no text file. Save it as CSV UTF-8."))
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
            raise _refused(
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


def _is_number(cell: str) -> bool:
    digits = sum(letter.isdigit() for letter in cell)
    return digits >= 7 and not any(letter.isalpha() for letter in cell)


def _refused(message: str) -> Refused:
    return Refused(message, field="file")
