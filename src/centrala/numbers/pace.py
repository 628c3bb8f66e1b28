"""The governor: when a text may leave, so that Azure never has to say 429.

Azure allows so many message units in any minute: 200 a toll-free number, 6,000 a short code, 600 all senders' names of
a resource together (https://learn.microsoft.com/azure/communication-services/concepts/service-limits). Each sender's
promises are one row, so that all workers share them: the generic cell rate algorithm (ITU-T I.371), which spreads them
evenly after a burst. Four fifths of the rate, a burst and what goes a little late together stay below the limit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database
from django.db.models.functions import Greatest

from centrala.numbers.models import NumberType, Pace, PhoneNumber

SHARE = 0.8
LONGEST = 31  # message units: 2,048 characters, 67 to each; only one of emoji alone takes more
# How late a promised moment may be used. After that its place is taken by others, and a new one has to be promised.
GOOD_FOR = timedelta(seconds=3)

# How far ahead of now a campaign takes the sender's time; the burst of `Rate.ahead` is several times as long.
BULK_AHEAD = timedelta(seconds=2)

# `promised_to` is when the sender would be free again at an even pace; a burst runs ahead of it.
PROMISE = """
    insert into numbers_pace as pace (connection_id, sender, promised_to)
    values (%(connection)s, %(sender)s, %(now)s + %(length)s)
    on conflict (connection_id, sender) do update
        set promised_to = greatest(pace.promised_to, pace.held_to, %(now)s) + %(length)s
    returning greatest(promised_to - %(ahead)s, held_to, %(now)s)
"""


@dataclass(frozen=True)
class Rate:
    """Message units in a minute, as Azure limits them."""

    limit: int

    def length(self, units: int) -> timedelta:
        return timedelta(minutes=units / (self.limit * SHARE))

    def ahead(self, units: int) -> timedelta:
        """How far before an even pace these may leave: a burst of a tenth, or the longest text there is."""
        return self.length(max(self.limit // 10, LONGEST, units))


NUMBER, SHORT_CODE, NAMES = Rate(200), Rate(6_000), Rate(600)


def rate(number: PhoneNumber) -> Rate:
    """Where the kind of number is not known, or Azure publishes no limit for it, the smallest one."""
    if _is_name(number):
        return NAMES
    return SHORT_CODE if number.type == NumberType.SHORT_CODE else NUMBER


def promise(number: PhoneNumber, *, units: int, now: datetime) -> datetime:
    """The moment at which a text of so many message units may leave; it is taken. Never before `now`.

    The sender's row stays locked until the transaction ends.
    """
    values: dict[str, Any] = {  # as psycopg takes them
        "connection": number.connection_id,
        "sender": _sender(number),
        "now": now,
        "length": rate(number).length(units),
        "ahead": rate(number).ahead(units),
    }
    with database.cursor() as cursor:
        cursor.execute(PROMISE, values)
        (moment,) = cursor.fetchone()
    assert isinstance(moment, datetime)
    return moment


def room(number: PhoneNumber, *, now: datetime) -> int:
    """How many message units of a campaign may be promised: what leaves them time is soon used up, and what answers
    have taken is theirs."""
    left = now + BULK_AHEAD - _free_at(number, now)
    return max(int(left / rate(number).length(1)), 0)


def most(number: PhoneNumber) -> int:
    """The message units of a campaign that may be promised at any moment."""
    return int(BULK_AHEAD / rate(number).length(1))


def is_free(number: PhoneNumber, *, now: datetime) -> bool:
    """Nothing is promised that an even pace would still be busy with."""
    return _free_at(number, now) <= now


def _free_at(number: PhoneNumber, now: datetime) -> datetime:
    pace = Pace.objects.filter(connection_id=number.connection_id, sender=_sender(number)).first()
    return max(pace.promised_to, pace.held_to or now, now) if pace else now


def hold(number: PhoneNumber, *, until: datetime) -> None:
    """Nothing of this sender leaves before: the service has said 429 after all."""
    pace, made = Pace.objects.get_or_create(
        connection_id=number.connection_id,
        sender=_sender(number),
        defaults={"promised_to": until, "held_to": until},
    )
    if not made:
        Pace.objects.filter(pk=pace.pk).update(held_to=Greatest("held_to", until))


def held_to(number: PhoneNumber) -> datetime | None:
    found = Pace.objects.filter(connection_id=number.connection_id, sender=_sender(number))
    return found.values_list("held_to", flat=True).first()


def _sender(number: PhoneNumber) -> str:
    return "" if _is_name(number) else number.number


def _is_name(number: PhoneNumber) -> bool:
    """A sender's name, of letters: all names of a resource share one limit."""
    return not number.number.removeprefix("+").isdecimal()
