"""The only way a page gets carriers: for who may manage numbers."""

from django.db.models import Count, Q, QuerySet

from centrala.numbers.models import Carrier
from centrala.organization.models import User


def carriers_of(user: User) -> QuerySet[Carrier]:
    """Each with `held`, how many numbers of the connected resource it has."""
    carriers = Carrier.objects.annotate(
        held=Count("numbers", filter=Q(numbers__connection__disconnected_at=None, numbers__missing_since=None))
    ).order_by("name")
    return carriers if user.is_administrator else carriers.none()
