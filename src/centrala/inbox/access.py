"""The only way a page or a program gets events: administrators see them, nobody else does."""

from django.db.models import QuerySet

from centrala.inbox.models import Event
from centrala.organization.models import User


def events_of(user: User) -> QuerySet[Event]:
    return Event.objects.all() if user.is_administrator else Event.objects.none()
