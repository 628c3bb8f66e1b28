"""What stands in the place of slugs in a conversation."""

from centrala.conversations.models import Conversation
from centrala.organization.models import Organization, User


def values(conversation: Conversation, agent: User | None) -> dict[str, str]:
    organization = Organization.objects.first()
    return {
        "AgentName": agent.first_name if agent else "",
        "QueueName": str(conversation.queue or ""),
        "OrganizationName": organization.name if organization else "",
        "CustomerName": conversation.contact.name,
    }
