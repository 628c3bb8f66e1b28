"""The only way a page gets queues and workstreams: both are set up by administrators."""

from django.db.models import QuerySet

from centrala.organization.models import User
from centrala.workstreams.models import Queue, Workstream


def queues_of(user: User) -> QuerySet[Queue]:
    """The default ones first."""
    queues = Queue.objects.order_by("-is_default", "kind", "name")
    return queues if user.is_administrator else queues.none()


def workstreams_of(user: User) -> QuerySet[Workstream]:
    workstreams = Workstream.objects.select_related("queue").prefetch_related("lines__number").order_by("name")
    return workstreams if user.is_administrator else workstreams.none()
