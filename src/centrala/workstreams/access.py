"""The only way a page gets queues, workstreams, operating hours and wrap-up codes: all are set up by administrators."""

from django.db.models import F, QuerySet

from centrala.organization.models import User
from centrala.workstreams.models import OperatingHours, Queue, Workstream, WrapUpCode
from centrala.workstreams.sounds import Sound


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


def sounds_of(user: User) -> QuerySet[Sound]:
    sounds = Sound.objects.select_related("workstream").order_by("purpose")
    return sounds if user.is_administrator else sounds.none()


def codes_of(user: User) -> QuerySet[WrapUpCode]:
    """Those for all workstreams first."""
    codes = WrapUpCode.objects.select_related("workstream").order_by(
        F("workstream__name").asc(nulls_first=True), "place", "name", "id"
    )
    return codes if user.is_administrator else codes.none()
