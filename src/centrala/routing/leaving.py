"""What Django's sign-out means for whoever was on duty."""

from django.http import HttpRequest

from centrala.organization.models import User
from centrala.routing.actions import leave
from centrala.routing.models import Agent


def left(*, user: User | None, sender: type, request: HttpRequest, **_signal: object) -> None:
    """Receives `user_logged_out`; there is no user where the session was over already."""
    if user is not None and Agent.objects.filter(pk=user.pk).exists():
        leave(user=user)
