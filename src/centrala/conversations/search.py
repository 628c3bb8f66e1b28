"""Conversations by the words of their messages and calls, and by the customer's number or name."""

import re
from uuid import UUID

from django.db.models import BooleanField, Exists, Func, OuterRef, Q, QuerySet

from centrala.conversations.customers import e164
from centrala.conversations.folding import Piece, asked, backwards, excerpt, vector, words_of
from centrala.conversations.models import Contact, Conversation, Message, Spoken

# Conversations that are brought together by the index of words. Words that more hold are so frequent that
# the list, newest first, comes upon them soon.
MOST_FOUND = 5_000
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
    ids = list(_with(words).values_list("conversation", flat=True).distinct()[: MOST_FOUND + 1])
    spoken = _spoken(words, read).filter(conversation=OuterRef("pk"))
    said = list(_spoken(words, read).values_list("conversation", flat=True).distinct()[: MOST_FOUND + 1])
    heard = Q(pk__in=said) if len(said) <= MOST_FOUND else Q(Exists(spoken))
    customers = list(_customers(text, words).values_list("pk", flat=True)[:MOST_CUSTOMERS])
    if len(ids) <= MOST_FOUND:
        return conversations.filter(Q(pk__in=ids) | heard | Q(contact__in=customers))
    written = Q(Exists(_with(words).filter(conversation=OuterRef("pk"))))
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
