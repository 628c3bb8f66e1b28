"""What a token reaches: what its owner may see, and not more."""

from django.db.models import QuerySet

from centrala.inbox.models import Event
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User


def events_of(user: User) -> QuerySet[Event]:
    return Event.objects.defer("body") if user.is_administrator else Event.objects.none()


def numbers_of(user: User) -> QuerySet[PhoneNumber]:
    """The numbers of the connected resource."""
    numbers = PhoneNumber.objects.filter(connection__disconnected_at=None)
    return numbers if user.works_here else numbers.none()
