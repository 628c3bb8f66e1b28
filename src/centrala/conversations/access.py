"""The only way a view gets a conversation: what one may not see does not exist."""

from django.db.models import QuerySet

from centrala.conversations.models import Conversation
from centrala.organization.models import User


def conversations_of(user: User) -> QuerySet[Conversation]:
    """Everyone with a role works on all conversations; somebody without a role sees none."""
    conversations = Conversation.objects.select_related("contact", "number", "workstream", "queue", "agent")
    return conversations if user.works_here else conversations.none()
