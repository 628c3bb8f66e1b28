"""Conversations by the words of their messages and calls, and by the customer's number or name."""

import re
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Exists, Func, OuterRef, Q, QuerySet

from centrala.conversations.customers import e164
from centrala.conversations.folding import Piece, asked, backwards, excerpt, vector, words_of
from centrala.conversations.models import Contact, Conversation, Message, Spoken

# Messages that are brought together by the index of words. Words that more hold are so frequent that the list, newest
# first, comes upon them soon.
MOST_FOUND = 5_000
ENOUGH = "with found as materialized (ROWS) select * from found limit %s"
MOST_CUSTOMERS = 1_000
LEAST_DIGITS = 3
NUMBER = re.compile(r"\+?[\d\s()./-]+")


def search(
    conversations: QuerySet[Conversation], text: str, *, read: QuerySet[Conversation] | None = None
) -> QuerySet[Conversation]:
    """Those in which one message has all the words (each whole, or the beginning of one), and those of customers whose
    name has them, or whose number begins or ends so; besides, those of `read` (whose transcripts the reader may read)
    in whose calls one line has them."""
    words = words_of(text)
    if not words:
        return conversations.none()
    ids = _conversations(_with(words))
    spoken = _spoken(words, read).filter(conversation=OuterRef("pk"))
    said = _conversations(_spoken(words, read))
    heard = Q(pk__in=said) if len(said) <= MOST_FOUND else Q(_Each(spoken))
    customers = list(_customers(text, words).values_list("pk", flat=True)[:MOST_CUSTOMERS])
    if len(ids) <= MOST_FOUND:
        return conversations.filter(Q(pk__in=ids) | heard | Q(contact__in=customers))
    written = Q(_Each(_with(words).filter(conversation=OuterRef("pk"))))
    return conversations.filter(written | heard | Q(contact__in=customers))


def excerpts(
    conversations: list[Conversation], text: str, *, read: QuerySet[Conversation] | None = None
) -> dict[UUID, list[Piece]]:
    """The newest message of each that has the words, around them, or what was said last with them; of the others their
    last message."""
    words = words_of(text)
    rows = _with(words).filter(conversation__in=conversations) if words else Message.objects.none()
    newest = rows.order_by("conversation", "-created_at", "-id").distinct("conversation")
    lines = _spoken(words, read).filter(conversation__in=conversations) if words else Spoken.objects.none()
    last = lines.order_by("conversation", "-said_at", "-id").distinct("conversation")
    found = dict(last.values_list("conversation", "text")) | dict(newest.values_list("conversation", "text"))
    return {one.pk: excerpt(found.get(one.pk, one.preview), words) for one in conversations}


class _Each(Exists):
    """Looked at for one row after the other: of frequent words nobody shall bring all rows together first."""

    template = "EXISTS(%(subquery)s OFFSET 0)"


def _conversations(rows: QuerySet[Message] | QuerySet[Spoken]) -> list[UUID]:
    """Of so many of the rows. Planned as if all of them were wanted, which leads to the index of words, and ended when
    there are enough: with the limit in its view PostgreSQL reads the whole table in another order, which takes minutes
    among ten million where few rows have the words, or none."""
    try:
        query, values = rows.values("conversation").query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:  # Django's: the index has the letters as texts, not as what travels beside
        cursor.execute(ENOUGH.replace("ROWS", query), [*values, MOST_FOUND + 1])
        return [id_ for (id_,) in cursor.fetchall()]


def _with(words: list[str]) -> QuerySet[Message]:
    return Message.objects.filter(_holds("text", words))


def _spoken(words: list[str], read: QuerySet[Conversation] | None) -> QuerySet[Spoken]:
    if read is None:
        return Spoken.objects.none()
    return Spoken.objects.filter(_holds("text", words), conversation__in=read)


def _customers(text: str, words: list[str]) -> QuerySet[Contact]:
    named = Q(_holds("name", words)) & ~Q(name="")
    text = text.strip()
    digits = re.sub(r"\D", "", text)
    if not NUMBER.fullmatch(text) or len(digits) < LEAST_DIGITS:
        return Contact.objects.filter(named | Q(number=text))
    whole = e164(text) or f"+{digits.removeprefix('00')}"
    rows = Contact.objects.annotate(backwards=backwards("number"))
    return rows.filter(Q(number__startswith=whole) | Q(number=digits) | Q(backwards__startswith=digits[::-1]) | named)


def _holds(field: str, words: list[str]) -> Func:
    parts = vector(field), asked(words)
    return Func(*parts, template="%(expressions)s", arg_joiner=" @@ ", output_field=BooleanField())
