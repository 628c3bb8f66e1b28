"""The only way a page gets queues, workstreams and operating hours: all are set up by administrators."""

from django.db.models import QuerySet

from centrala.organization.models import User
from centrala.workstreams.models import OperatingHours, Queue, Workstream


def queues_of(user: User) -> QuerySet[Queue]:
    """The default ones first."""
    queues = Queue.objects.order_by("-is_default", "kind", "name")
    return queues if user.is_administrator else queues.none()


def hours_of(user: User) -> QuerySet[OperatingHours]:
    hours = OperatingHours.objects.prefetch_related("openings", "workstreams").order_by("name")
    return hours if user.is_administrator else hours.none()


def workstreams_of(user: User) -> QuerySet[Workstream]:
    workstreams = Workstream.objects.select_related("queue", "hours").prefetch_related("lines__number").order_by("name")
    return workstreams if user.is_administrator else workstreams.none()
