"""What each row of a file becomes: a text to a customer, or a line that is left out, with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from centrala.campaigns import numbers
from centrala.campaigns.models import LONGEST_NUMBER, Place, Why
from centrala.campaigns.placeholders import fill, places
from centrala.campaigns.sheets import Sheet, heading
from centrala.characters import storable
from centrala.conversations import consent, segments
from centrala.conversations.models import Contact
from centrala.conversations.texts import MAX_LENGTH, sendable
from centrala.errors import Refused
from centrala.numbers.models import PhoneNumber
from centrala.sheets import Row

BATCH = 5_000


@dataclass(frozen=True)
class Checked:
    line: int
    number: str
    text: str = ""
    units: int = 0
    why: Why | None = None
    detail: str = ""

    @property
    def place(self) -> Place:
        return Place.LEFT_OUT if self.why else Place.WAITING


def check(sheet: Sheet, *, text: str, sender: PhoneNumber) -> list[Checked]:
    """Raises Refused, with its field, where the text asks for a column that the file has not."""
    wanted = _wanted(sheet, text)
    region = numbers.region_of(sender.number)
    rows = [_row(row, sheet, text, wanted, region) for row in sheet.rows]
    return list(_each_once(_not_ours(rows, _unwilling(rows, sender))))


def unwilling(customers: list[str], sender: PhoneNumber) -> dict[str, Why]:
    """Those who are to be left alone."""
    held = Contact.objects.filter(number__in=customers).exclude(held="").values_list("number", flat=True)
    out = dict.fromkeys(held, Why.HELD)
    return out | dict.fromkeys(consent.opted_out_among(customers, sender), Why.OPTED_OUT)


def _wanted(sheet: Sheet, text: str) -> list[int]:
    """The columns that the text's places stand for."""
    found = []
    for place in places(text):
        name = heading(place)
        if not name or name not in sheet.columns:
            known = ", ".join(f"{{{title}}}" for title in sheet.titles if title) or "—"
            raise Refused(
                _("The text asks for {%(place)s}, and the file has no such column. It has: %(known)s.")
                % {"place": place, "known": known},
                field="text",
            )
        if sheet.columns.count(name) > 1:
            raise Refused(_("Several columns are named “%(name)s”. Leave one of them.") % {"name": place}, field="file")
        found.append(sheet.columns.index(name))
    return found


def _row(row: Row, sheet: Sheet, text: str, wanted: list[int], region: str | None) -> Checked:
    cells = row.cells
    while len(cells) > len(sheet.columns) and not cells[-1]:
        cells = cells[:-1]
    written = cells[sheet.number] if sheet.number < len(cells) else ""
    left = Checked(row.line, storable(written)[:LONGEST_NUMBER])
    if len(cells) != len(sheet.columns):
        return replace(left, why=Why.COLUMNS, detail=f"{len(cells)} ≠ {len(sheet.columns)}")
    number = numbers.read(written, region=region)
    if isinstance(number, Why):
        return replace(left, why=number)
    if empty := [sheet.titles[place] for place in wanted if not cells[place]]:
        return replace(left, why=Why.EMPTY, detail=storable(empty[0])[:100])
    filled = fill(text, dict(zip(sheet.columns, cells, strict=True)))
    try:
        filled = sendable(filled)
    except Refused:
        return replace(left, why=Why.TOO_LONG if len(filled.strip()) > MAX_LENGTH else Why.UNFIT)
    return Checked(row.line, number, filled, segments.count(filled))


def _unwilling(rows: list[Checked], sender: PhoneNumber) -> dict[str, Why]:
    customers = sorted({row.number for row in rows if row.why is None})
    out = dict[str, Why]()
    for start in range(0, len(customers), BATCH):
        out |= unwilling(customers[start : start + BATCH], sender)
    return out


def _not_ours(rows: list[Checked], out: dict[str, Why]) -> Iterator[Checked]:
    ours = set(PhoneNumber.objects.values_list("number", flat=True))
    for row in rows:
        why = row.why or (Why.OWN if row.number in ours else out.get(row.number))
        yield replace(row, why=why, text="", units=0) if why else row


def _each_once(rows: Iterator[Checked]) -> Iterator[Checked]:
    seen = set[str]()
    for row in rows:
        again = row.why is None and row.number in seen
        if row.why is None:
            seen.add(row.number)
        yield replace(row, why=Why.DUPLICATE, text="", units=0) if again else row
