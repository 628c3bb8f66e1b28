"""Sending with an Idempotency-Key: a program that lost the answer asks again and gets the same one, and the customer
one text."""

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.api.models import ApiToken, KeyedMessage
from centrala.conversations.models import Conversation, Message
from centrala.errors import Refused
from centrala.routing.actions import answer

KEPT = timedelta(hours=24)


@transaction.atomic
def send(*, token: ApiToken, conversation: Conversation, text: str, key: str) -> Message:
    """Queues the message, or returns the one that this token queued with this key before. Without a key every call
    queues one. What is refused uses no key up.

    Raises Refused.
    """
    if not key:
        return answer(conversation=conversation, author=token.owner, text=text)
    asked = hashlib.sha256(f"{conversation.pk} {text}".encode("utf-8", "surrogatepass")).hexdigest()
    # Two at once with one key: the second waits here for the first to commit, for the pair is unique.
    kept, first = KeyedMessage.objects.get_or_create(token=token, key=key, defaults={"asked": asked})
    if first:
        kept.message = answer(conversation=conversation, author=token.owner, text=text)
        kept.save(update_fields=["message"])
    if kept.asked != asked:
        raise Refused(_("This Idempotency-Key stands for another message. Fix: a new key for each message."))
    assert kept.message is not None
    return kept.message


def forget() -> int:
    """Answers how many keys are forgotten."""
    return KeyedMessage.objects.filter(created_at__lt=now() - KEPT).delete()[0]
