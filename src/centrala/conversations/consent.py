"""Customers who want no more texts from a number, and the words by which they say so.

Azure itself obeys these words only for toll-free numbers; for all others it is the sender's duty
(https://learn.microsoft.com/azure/communication-services/concepts/sms/sms-faq#opt-out-handling). The hub keeps the list
for every number, so that a text that must not leave is refused before it costs anything.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection as database

from centrala.conversations.customers import pseudonyms
from centrala.conversations.models import Contact, OptOut, Suppression
from centrala.numbers.models import PhoneNumber
from centrala.workstreams.words import STANDARD, Command, Vocabulary, plain

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


def command(text: str, known: Vocabulary = STANDARD) -> Command | None:
    """What the text orders where the whole of it is one of the words."""
    return known.commands.get(plain(text)) if len(text) <= known.longest else None


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


def opted_out_among(customers: Collection[str], number: PhoneNumber) -> set[str]:
    """The same for many at once, by their numbers."""
    known = OptOut.objects.filter(number=number, contact__number__in=customers)
    said = dict(known.values_list("contact__number", "opted_out"))
    out = {customer for customer, opted_out in said.items() if opted_out}
    if not Suppression.objects.filter(number=number).exists():
        return out
    hashed = {hash_: customer for customer in customers if customer not in said for hash_ in pseudonyms(customer)}
    left = Suppression.objects.filter(customer__in=list(hashed), number=number).values_list("customer", flat=True)
    return out | {hashed[hash_] for hash_ in left}
