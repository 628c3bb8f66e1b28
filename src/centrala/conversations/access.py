"""The only way a view gets a conversation or a customer: what one may not see does not exist."""

from django.db.models import QuerySet

from centrala.conversations.models import Contact, Conversation
from centrala.organization.models import User


def conversations_of(user: User) -> QuerySet[Conversation]:
    """Everyone with a role works on all conversations; somebody without a role sees none."""
    conversations = Conversation.objects.select_related("contact", "number", "workstream", "queue", "agent")
    return conversations if user.works_here else conversations.none()


def supervised_by(user: User) -> QuerySet[Conversation]:
    """Administrators look after all, supervisors after those of the queues they are members of, or of all where they
    are in none."""
    if not user.supervises:
        return Conversation.objects.none()
    queues = [] if user.is_administrator else list(user.queues.values_list("pk", flat=True))
    return Conversation.objects.filter(queue__in=queues) if queues else Conversation.objects.all()


def contacts_of(user: User) -> QuerySet[Contact]:
    """Customers as such, with all that is kept about them, are the administrators' to look after."""
    return Contact.objects.all() if user.is_administrator else Contact.objects.none()
