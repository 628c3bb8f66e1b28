"""What a subscriber is told, in the shapes of the API: as the thing stands when it is sent."""

from typing import Any
from uuid import UUID

from centrala.api.shapes import ConversationOut, MessageOut
from centrala.conversations.models import Conversation, Message
from centrala.conversations.queries import with_endings
from centrala.subscribers.models import Delivery


def data(delivery: Delivery) -> dict[str, Any] | None:
    """The conversation, of a message's kinds the message as well; None when they are deleted."""
    assert delivery.subject is not None  # a test alone has none, and tells of nothing here
    if not delivery.kind.startswith("message."):
        conversation = _conversation(delivery.subject)
        return {"conversation": conversation} if conversation else None
    message = Message.objects.filter(pk=delivery.subject).first()
    if message is None:
        return None
    return {"conversation": _conversation(message.conversation_id), "message": MessageOut.of(message).model_dump()}


def _conversation(id_: UUID) -> dict[str, Any] | None:
    known = Conversation.objects.select_related("contact", "number", "workstream", "queue", "agent")
    conversation = with_endings(known).filter(pk=id_).first()
    return ConversationOut.of(conversation).model_dump() if conversation else None
