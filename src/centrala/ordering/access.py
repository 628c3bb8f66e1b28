"""The only way a page gets orders."""

from django.db.models import QuerySet

from centrala.ordering.models import Order
from centrala.organization.models import User


def orders_of(user: User) -> QuerySet[Order]:
    """Those of the connected resource, for who may spend its money."""
    orders = Order.objects.filter(connection__disconnected_at=None)
    return orders if user.is_administrator else orders.none()
