"""Customers who want no more texts from a number, and the words by which they say so.

Azure itself obeys these words only for toll-free numbers; for all others it is the sender's duty
(https://learn.microsoft.com/azure/communication-services/concepts/sms/sms-faq#opt-out-handling). The hub keeps the list
for every number, so that a text that must not leave is refused before it costs anything.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import connection as database

from centrala.conversations.customers import pseudonyms
from centrala.conversations.models import Contact, OptOut, Suppression
from centrala.numbers.models import PhoneNumber

# The words that the carriers' handbook (CTIA Messaging Principles) and the FCC name, and the Polish ones.
STOP = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "opt out", "optout", "rezygnuje"}
)
START = frozenset({"start", "unstop"})
HELP = frozenset({"help", "info", "pomoc"})
LONGEST = max(map(len, STOP | START | HELP)) + 10  # with blanks and a full stop around it

# The latest word counts, and of two of one moment the one that stops: so their order of arrival is no matter.
REMEMBER = """
    insert into conversations_optout as known (contact_id, number_id, opted_out, at)
    select contact.id, said.number, said.opted_out, said.at
    from unnest(%s::text[], %s::bigint[], %s::boolean[], %s::timestamptz[]) as said (customer, number, opted_out, at)
    join conversations_contact as contact on contact.number = said.customer
    order by contact.id, said.number
    on conflict (contact_id, number_id) do update set opted_out = excluded.opted_out, at = excluded.at
    where (excluded.at, excluded.opted_out) > (known.at, known.opted_out)
"""


@dataclass(frozen=True, order=True)
class Word:
    """What a customer said to one of our numbers."""

    at: datetime
    opted_out: bool
    customer: str
    number: int


class Command(Enum):
    """What a text orders that is nothing but one of these words."""

    STOP = STOP
    START = START
    HELP = HELP


def command(text: str) -> Command | None:
    """Case, accents, blanks around it and a full stop do not matter."""
    if len(text) > LONGEST:
        return None
    plain = " ".join(_without_accents(text.casefold()).split()).rstrip(".! ")
    return next((one for one in Command if plain in one.value), None)


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def remember(words: Iterable[Word]) -> None:
    """Keeps what the customers said last; they are contacts already."""
    last = {(one.customer, one.number): one for one in sorted(words)}
    if not last:
        return
    columns: list[Any] = [  # arrays, as psycopg takes them
        [one.customer for one in last.values()],
        [one.number for one in last.values()],
        [one.opted_out for one in last.values()],
        [one.at for one in last.values()],
    ]
    with database.cursor() as cursor:
        cursor.execute(REMEMBER, columns)


def has_opted_out(contact: Contact, number: PhoneNumber) -> bool:
    """What the customer said last; where nothing is kept of that, whether STOP was what is left of an erased one."""
    said = OptOut.objects.filter(contact=contact, number=number).values_list("opted_out", flat=True).first()
    if said is not None:
        return said
    return Suppression.objects.filter(customer__in=pseudonyms(contact.number), number=number).exists()
