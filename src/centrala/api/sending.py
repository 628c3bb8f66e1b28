"""Sending with an Idempotency-Key: a program that lost the answer asks again and gets the same one, and the customer
one text."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.api.models import ApiToken, KeyedMessage
from centrala.calls.models import Call
from centrala.characters import storable
from centrala.conversations.models import Conversation, Message
from centrala.dialling.access import usable_by
from centrala.dialling.actions import dial as call_customer
from centrala.errors import Refused
from centrala.numbers.access import numbers_of
from centrala.routing.actions import answer, start

KEPT = timedelta(hours=24)


def send(*, token: ApiToken, conversation: Conversation, text: str, key: str) -> Message:
    """Queues the message, or returns the one that this token queued with this key before. Without a key every call
    queues one. What is refused uses no key up.

    Raises Refused.
    """
    return _once(
        token,
        key,
        [str(conversation.pk), text],
        lambda: answer(conversation=conversation, author=token.owner, text=text),
    )


def begin(*, token: ApiToken, customer: str, number: str, text: str, key: str) -> Message:
    """The same for the first text to a customer, in the live conversation with our number if there is one."""

    def act() -> Message:
        written = storable(number.strip())
        ours = numbers_of(token.owner).filter(sends_sms=True, number__in={written, f"+{written}"}).first()
        if ours is None:
            raise Refused(_("None of our numbers that send texts is like that. GET /numbers names them."))
        return start(customer=customer, number=ours, author=token.owner, text=text)

    return _once(token, key, ["start", customer, number, text], act)


@transaction.atomic
def dial(*, token: ApiToken, number: str, profile: str, key: str) -> Call:
    """The same for a call to a customer. Raises Refused."""

    def act() -> Call:
        label = storable(profile.strip())
        chosen = usable_by(token.owner).filter(label=label).first() if label else None
        if label and chosen is None:
            raise Refused(_("This outbound profile is not yours."))
        return call_customer(agent=token.owner, number=number, profile=chosen)

    if not key:
        return act()
    kept, first = _kept(token, key, ["call", number, profile])
    if first:
        kept.call = act()
        kept.save(update_fields=["call"])
    assert kept.call is not None
    return kept.call


@transaction.atomic
def _once(token: ApiToken, key: str, asked: list[str], act: Callable[[], Message]) -> Message:
    if not key:
        return act()
    kept, first = _kept(token, key, asked)
    if first:
        kept.message = act()
        kept.save(update_fields=["message"])
    assert kept.message is not None
    return kept.message


def _kept(token: ApiToken, key: str, asked: list[str]) -> tuple[KeyedMessage, bool]:
    """And whether it is the first with this key. Raises Refused where it was asked for something else."""
    hashed = hashlib.sha256(" ".join(asked).encode("utf-8", "surrogatepass")).hexdigest()
    # Two at once with one key: the second waits here for the first to commit, for the pair is unique.
    kept, first = KeyedMessage.objects.get_or_create(token=token, key=key, defaults={"asked": hashed})
    if kept.asked != hashed:
        raise Refused(_("This Idempotency-Key stands for another message. Fix: a new key for each message."))
    return kept, first


def forget() -> int:
    """Answers how many keys are forgotten."""
    return KeyedMessage.objects.filter(created_at__lt=now() - KEPT).delete()[0]
