"""What the tests of the pages share."""

from collections.abc import Callable
from datetime import timedelta

from django.utils.timezone import now

from centrala.conversations.models import Conversation, Direction, Message, MessageState

PASSWORD = "parasol i kot"
Talk = Callable[..., Conversation]


def say(conversation: Conversation, text: str, *, minutes_ago: int, **fields: object) -> Message:
    values: dict[str, object] = {"direction": Direction.INBOUND, "state": MessageState.RECEIVED} | fields
    at = now() - timedelta(minutes=minutes_ago)
    return Message.objects.create(conversation=conversation, text=text, created_at=at, **values)
