"""The only way a page gets carriers: for who may manage numbers."""

from django.db.models import Count, Q, QuerySet

from centrala.carriers.models import NumberImport, State
from centrala.numbers.models import Carrier
from centrala.organization.models import User


def carriers_of(user: User) -> QuerySet[Carrier]:
    """Each with `held`, how many numbers of the connected resource it has."""
    carriers = Carrier.objects.annotate(
        held=Count("numbers", filter=Q(numbers__connection__disconnected_at=None, numbers__missing_since=None))
    ).order_by("name")
    return carriers if user.is_administrator else carriers.none()


def imports_of(user: User) -> QuerySet[NumberImport]:
    """Into the connected resource's numbers."""
    imports = NumberImport.objects.filter(connection__disconnected_at=None).select_related("carrier")
    return imports if user.is_administrator else imports.none()


def imports_under_way(user: User) -> QuerySet[NumberImport]:
    return imports_of(user).filter(state=State.UNDER_WAY)
