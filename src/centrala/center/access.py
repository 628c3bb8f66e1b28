"""The only way the admin center gets what lower packages keep: administrators see it, nobody else does."""

from django.db.models import QuerySet

from centrala.inbox.models import Event
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User


def events_of(user: User) -> QuerySet[Event]:
    return Event.objects.all() if user.is_administrator else Event.objects.none()


def numbers_of(user: User) -> QuerySet[PhoneNumber]:
    """The numbers of the connected resource; a disconnected one's are out of sight until it comes back."""
    numbers = PhoneNumber.objects.filter(connection__disconnected_at=None)
    return numbers.prefetch_related("lines__workstream") if user.is_administrator else numbers.none()
