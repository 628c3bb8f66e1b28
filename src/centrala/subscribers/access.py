"""The only way a page gets webhooks: administrators alone."""

from django.db.models import QuerySet

from centrala.organization.models import User
from centrala.subscribers.models import Subscription


def subscriptions_of(user: User) -> QuerySet[Subscription]:
    return Subscription.objects.all() if user.is_administrator else Subscription.objects.none()
