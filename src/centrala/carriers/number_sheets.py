"""The file of an own carrier's numbers: its three columns, and what is wrong in it, line by line.

https://learn.microsoft.com/dynamics365/customer-service/administer/voice-channel-bring-your-own-number
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from centrala import sheets
from centrala.carriers import own_numbers
from centrala.carriers.own_numbers import OwnNumber
from centrala.characters import storable
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.numbers.models import NumberType
from centrala.sheets import SHORTENED, Row, refused, unwrapped

NUMBER, INBOUND, OUTBOUND = COLUMNS = (
    "msdyn_phonenumber",
    "msdyn_phoneinboundenabled",
    "msdyn_phoneoutboundenabled",
)
TEMPLATE = ",".join(COLUMNS) + "\r\n"
MOST_ROWS = 10_000
YES = frozenset({"true", "1", "yes", "y", "tak", "t", "prawda"})
NO = frozenset({"false", "0", "no", "n", "nie", "fałsz", ""})
LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Wrong:
    line: int
    written: str
    reason: str


@dataclass(frozen=True)
class Checked:
    """`lines` are those of `numbers`, one each."""

    numbers: list[OwnNumber]
    lines: list[int]
    wrong: list[Wrong]


def check(data: bytes, *, connection: Connection, country: str, kind: NumberType) -> Checked:
    """Every row that is wrong, with its line and its reason. Raises Refused, with the field `file`, for a file that is
    none, or whose columns are not those three."""
    heading, *rows = sheets.rows(data, most=MOST_ROWS)
    places = _places(heading)
    if not rows:
        raise refused(_("There is only a heading in this file."))
    checked = Checked([], [], [])
    seen: dict[str, int] = {}
    for row in rows:
        try:
            own = _read(row, len(heading.cells), places, country, kind)
            _refuse_again(own.number, seen)
        except Refused as reason:
            checked.wrong.append(Wrong(row.line, _shown(row, places), reason.message))
        else:
            seen[own.number] = row.line
            checked.numbers.append(own)
            checked.lines.append(row.line)
    return _without_those_here(checked, connection)


def _places(heading: Row) -> dict[str, int]:
    names = [cell.lower() for cell in heading.cells]
    missing = [name for name in COLUMNS if name not in names]
    doubled = [name for name in COLUMNS if names.count(name) > 1]
    if missing:
        found = ", ".join(f"“{cell[:30]}”" for cell in heading.cells[:10])
        raise refused(
            _("The first line names no column %(missing)s. It holds: %(found)s. Fix: begin with the template.")
            % {"missing": ", ".join(missing), "found": found}
        )
    if doubled:
        raise refused(_("Several columns are named “%(name)s”. Leave one of them.") % {"name": doubled[0]})
    return {name: names.index(name) for name in COLUMNS}


def _read(row: Row, width: int, places: dict[str, int], country: str, kind: NumberType) -> OwnNumber:
    cells = row.cells
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    if len(cells) != width:
        told = {"count": len(cells), "width": width}
        raise Refused(_("The line has %(count)s cells, the first line %(width)s.") % told)
    written = unwrapped(cells[places[NUMBER]])
    if SHORTENED.fullmatch(written):
        raise Refused(_("Excel has shortened the number. Fix: format the column as text, and enter it anew."))
    inbound, outbound = (_is_yes(cells[places[name]], name) for name in (INBOUND, OUTBOUND))
    if not (inbound or outbound):
        raise Refused(_("The number can neither receive nor make calls. Fix: true in one of the two columns."))
    number = own_numbers.read(written, country=country)
    return OwnNumber(number=number, country=country, type=kind, receives_calls=inbound, makes_calls=outbound)


def _is_yes(cell: str, name: str) -> bool:
    word = cell.lower()
    if word not in YES | NO:
        raise Refused(_("“%(word)s” in %(column)s is neither true nor false.") % {"word": cell[:30], "column": name})
    return word in YES


def _refuse_again(number: str, seen: dict[str, int]) -> None:
    if number in seen:
        raise Refused(_("This number stands in line %(line)s already.") % {"line": seen[number]})


def _shown(row: Row, places: dict[str, int]) -> str:
    place = places[NUMBER]
    return storable(row.cells[place])[:LONGEST_SHOWN] if place < len(row.cells) else ""


def _without_those_here(checked: Checked, connection: Connection) -> Checked:
    reasons = own_numbers.why_not(connection=connection, numbers=[one.number for one in checked.numbers])
    both = list(zip(checked.numbers, checked.lines, strict=True))
    here = [Wrong(line, one.number, reasons[one.number]) for one, line in both if one.number in reasons]
    left = [(one, line) for one, line in both if one.number not in reasons]
    return Checked(
        [one for one, _line in left],
        [line for _one, line in left],
        sorted([*checked.wrong, *here], key=lambda wrong: wrong.line),
    )
