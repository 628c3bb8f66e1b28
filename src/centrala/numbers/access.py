"""The only way a page or a program gets numbers."""

from django.db.models import QuerySet

from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User


def numbers_of(user: User) -> QuerySet[PhoneNumber]:
    """The numbers of the connected resource; a disconnected one's are out of sight until it comes back."""
    numbers = PhoneNumber.objects.filter(connection__disconnected_at=None)
    return numbers if user.works_here else numbers.none()
