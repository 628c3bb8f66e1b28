"""The trial, as far as it is anybody's business."""

from django.db.models import QuerySet

from centrala.organization.models import User
from centrala.trial.models import Trial


def trials_of(user: User) -> QuerySet[Trial]:
    """One at most, running or over: administrators see it, nobody else does."""
    found = Trial.objects.select_related("connection")
    return found if user.is_administrator else found.none()


def running_trial() -> Trial | None:
    """The one whose numbers are lent now, for actions."""
    return Trial.objects.select_related("connection").filter(ended_at=None).first()
