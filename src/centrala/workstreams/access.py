"""The only way a page gets queues, workstreams, operating hours, rules and wrap-up codes: all are set up by
administrators."""

from django.db.models import F, QuerySet

from centrala.organization.models import User
from centrala.workstreams.context import ContextVariable, RoutingRule
from centrala.workstreams.models import Channel, OperatingHours, Queue, Workstream, WrapUpCode
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


def voice_workstreams_of(user: User) -> QuerySet[Workstream]:
    return workstreams_of(user).filter(channel=Channel.VOICE)


def variables_of(user: User) -> QuerySet[ContextVariable]:
    variables = ContextVariable.objects.select_related("workstream")
    return variables if user.is_administrator else variables.none()


def rules_of(user: User) -> QuerySet[RoutingRule]:
    """In the order in which they are looked at."""
    rules = RoutingRule.objects.select_related("workstream", "queue").prefetch_related("conditions__variable")
    return rules if user.is_administrator else rules.none()


def sounds_of(user: User) -> QuerySet[Sound]:
    sounds = Sound.objects.select_related("workstream").order_by("purpose")
    return sounds if user.is_administrator else sounds.none()


def codes_of(user: User) -> QuerySet[WrapUpCode]:
    """Those for all workstreams first."""
    codes = WrapUpCode.objects.select_related("workstream").order_by(
        F("workstream__name").asc(nulls_first=True), "place", "name", "id"
    )
    return codes if user.is_administrator else codes.none()
