"""What became of a campaign: in numbers, row by row, and as a file."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum, TextField
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from centrala.campaigns.models import Campaign, Place, Recipient, Why
from centrala.conversations.models import Contact, Message, MessageState, Reason
from centrala.numbers.models import PhoneNumber

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet takes a cell for a formula
RECENT = timedelta(days=30)
SHOWN = 3


@dataclass(frozen=True)
class Tally:
    """How many rows stand where. `gone` are those whose text has left the hub."""

    total: int
    waiting: int
    left_out: int
    states: dict[str, int]  # of the messages
    units: int  # of what waits

    @property
    def going(self) -> int:
        return self.total - self.left_out

    @property
    def under_way(self) -> int:
        return self.states.get("queued", 0) + self.states.get("sending", 0)

    @property
    def gone(self) -> int:
        return self.going - self.waiting - self.under_way

    @property
    def percent(self) -> int:
        return self.gone * 100 // self.going if self.going else 100


def tally(campaign: Campaign) -> Tally:
    message = Message.objects.filter(pk=OuterRef("pk"))
    rows = campaign.recipients.annotate(state=Subquery(message.values("state"), output_field=TextField()))
    counted = Counter[str]()
    for place, state, count in rows.values_list("place", "state").annotate(count=Count("pk")).order_by():
        counted[state if place == Place.HANDED and state else place] += count
    units = campaign.recipients.filter(place=Place.WAITING).aggregate(sum=Coalesce(Sum("units"), 0))["sum"]
    states = {state.value: counted[state] for state in MessageState if counted[state]}
    return Tally(sum(counted.values()), counted[Place.WAITING], counted[Place.LEFT_OUT], states, units)


def reasons(campaign: Campaign) -> "list[tuple[StrOrPromise, int]]":
    """Why rows are left out, the most frequent first."""
    rows = campaign.recipients.filter(place=Place.LEFT_OUT).values_list("why").annotate(count=Count("pk"))
    return [(Why(why).label, count) for why, count in rows.order_by("-count", "why")]


def with_messages(rows: QuerySet[Recipient]) -> QuerySet[Recipient]:
    """Each with what its message has become, by the id they share."""
    message = Message.objects.filter(pk=OuterRef("pk"))
    return rows.annotate(
        state=Subquery(message.values("state"), output_field=TextField()),
        error=Subquery(message.values("error")),
        sent_at=Subquery(message.values("sent_at")),
        settled_at=Subquery(message.values("settled_at")),
    )


def failed(rows: QuerySet[Recipient]) -> QuerySet[Recipient]:
    ended = Message.objects.filter(pk=OuterRef("pk"), state__in=[MessageState.FAILED, MessageState.UNKNOWN])
    return rows.filter(Exists(ended))


def label(row: Recipient) -> str:
    """What a person reads of a row from `with_messages`."""
    if row.place == Place.LEFT_OUT:
        why = str(Why(row.why).label)
        return f"{why}: {row.detail}" if row.detail else why
    state: str | None = row.state  # type: ignore[attr-defined]  # annotated
    return str(MessageState(state).label) if state else str(Place(row.place).label)


def explanation(row: Recipient) -> str:
    error: str = row.error or ""  # type: ignore[attr-defined]  # annotated
    return str(Reason(error).label) if error in Reason.values else error


def as_csv(campaign: Campaign, *, separator: str) -> Iterator[str]:
    """A line a row, with the mark by which Excel knows UTF-8."""
    heading = [
        pgettext("in a file", "Line"),
        _("Number"),
        pgettext("campaign", "Result"),
        pgettext("campaign", "Notes"),
        pgettext("campaign", "Sent at"),
        pgettext("campaign", "Settled at"),
    ]
    yield "\ufeff" + _line(heading, separator)
    for row in with_messages(campaign.recipients.order_by("line")).iterator(chunk_size=2_000):
        times = [_time(row.sent_at), _time(row.settled_at)]  # type: ignore[attr-defined]  # annotated
        yield _line([str(row.line), row.number, label(row), explanation(row), *times], separator)


def recent(contact: Contact, number: PhoneNumber, *, at: datetime) -> list[Recipient]:
    """The campaigns that this customer has had from this number of late: what an answer may be to."""
    rows = Recipient.objects.filter(number=contact.number, place=Place.HANDED, campaign__number=number)
    return list(
        rows.filter(campaign__started_at__gt=at - RECENT)
        .select_related("campaign")
        .order_by("-campaign__started_at")[:SHOWN]
    )


def _line(cells: list[str], separator: str) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=separator).writerow(map(_guarded, cells))
    return written.getvalue()


def _guarded(cell: str) -> str:
    """An apostrophe makes text of a formula; a number in E.164 is none."""
    harmless = cell.startswith("+") and cell[1:].isdecimal()
    return f"'{cell}" if cell.startswith(DANGEROUS) and not harmless else cell


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
