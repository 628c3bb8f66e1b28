"""The file of a campaign's customers, with or without a heading."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from centrala import sheets
from centrala.conversations.folding import fold
from centrala.sheets import Row, refused

MOST_ROWS = 25_000
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
    rows = sheets.rows(data, most=MOST_ROWS)
    columns = [heading(cell) for cell in rows[0].cells]
    numbers = [place for place, name in enumerate(columns) if name in NUMBER_NAMES]
    if len(numbers) == 1:
        if len(rows) == 1:
            raise refused(_("There is only a heading in this file."))
        return Sheet(columns, rows[0].cells, rows[1:], numbers[0])
    if not numbers and _is_number(rows[0].cells[0]):
        named = ["number", *[""] * (len(columns) - 1)]
        return Sheet(named, named, rows, 0)
    found = ", ".join(f"“{cell[:30]}”" for cell in rows[0].cells[:10])
    if numbers:
        raise refused(_("Several columns could hold the numbers: %(found)s. Leave one of them.") % {"found": found})
    raise refused(
        _("No column is named number, phone, numer or telefon. The first line holds: %(found)s.") % {"found": found}
    )


def _is_number(cell: str) -> bool:
    digits = sum(letter.isdigit() for letter in cell)
    return digits >= 7 and not any(letter.isalpha() for letter in cell)
