"""The only way a view or a program gets outbound profiles: administrators set them up, and who is named uses them."""

from django.db.models import Q, QuerySet

from centrala.dialling.models import Profile
from centrala.organization.models import User


def profiles_of(user: User) -> QuerySet[Profile]:
    """To set up."""
    profiles = Profile.objects.select_related("number", "workstream").order_by("label")
    return profiles if user.is_administrator else profiles.none()


def usable_by(user: User) -> QuerySet[Profile]:
    """Named themselves, or members of a queue that is; everybody who works here is one of a default queue."""
    named = Q(people=user) | Q(queues__members=user) | Q(queues__is_default=True)
    usable = Profile.objects.filter(pk__in=Profile.objects.filter(named).values("pk"))
    usable = usable.select_related("number", "workstream").order_by("label")
    return usable if user.works_here else usable.none()
