"""Overflow: what becomes of whoever would wait in a queue in vain, or has waited there for too long. Rules are rows of
one table; `routing.overflow` goes by them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, ngettext, pgettext_lazy

MOST_WAITING = 100
LONGEST_CALL_WAIT, LONGEST_TEXT_WAIT = 60, 60 * 24 * 2  # minutes


class Condition(models.TextChoices):
    """The first three are looked at once, before a call waits: the hours first, then by the rules' places."""

    OUT_OF_HOURS = "out_of_hours", pgettext_lazy("overflow", "The call comes outside of the operating hours")
    TOO_MANY = "too_many", pgettext_lazy("overflow", "So many wait already")
    LONG_WAIT = "long_wait", pgettext_lazy("overflow", "The average wait is longer than so many minutes")
    WAITED = "waited", pgettext_lazy("overflow", "It has waited here for so many minutes")


BEFORE = (Condition.OUT_OF_HOURS, Condition.TOO_MANY, Condition.LONG_WAIT)


class Remedy(models.TextChoices):
    END = "end", pgettext_lazy("overflow", "End with a message")
    OTHER_QUEUE = "other_queue", pgettext_lazy("overflow", "To another queue")
    VOICEMAIL = "voicemail", pgettext_lazy("overflow", "Voicemail")
    CALL_BACK = "call_back", pgettext_lazy("overflow", "Offer to call back")
    OUTSIDE = "outside", pgettext_lazy("overflow", "To a number outside")


class OverflowRule(models.Model):
    queue = models.ForeignKey("workstreams.Queue", on_delete=models.CASCADE, related_name="overflow")
    condition = models.CharField(max_length=20, choices=Condition)
    threshold = models.PositiveSmallIntegerField(null=True)  # who wait, or minutes; null: of the hours
    remedy = models.CharField(max_length=20, choices=Remedy)
    target = models.ForeignKey("workstreams.Queue", null=True, on_delete=models.PROTECT, related_name="overflow_from")
    number = models.CharField(max_length=32, blank=True, default="", db_default="")  # outside; E.164 with its plus
    place = models.PositiveSmallIntegerField(default=1)  # smaller is looked at first

    class Meta:
        ordering: ClassVar = ["place", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["queue", "condition"], name="one_rule_of_a_condition"),
            models.CheckConstraint(
                condition=Q(condition="out_of_hours", threshold=None)
                | (~Q(condition="out_of_hours") & Q(threshold__gte=1)),
                name="overflow_has_its_threshold",
            ),
            models.CheckConstraint(
                condition=(Q(remedy="other_queue") & Q(target__isnull=False) & ~Q(target=F("queue")))
                | (~Q(remedy="other_queue") & Q(target=None)),
                name="overflow_leads_elsewhere",
            ),
            models.CheckConstraint(
                condition=(Q(remedy="outside") & ~Q(number="")) | (~Q(remedy="outside") & Q(number="")),
                name="overflow_names_its_number",
            ),
        ]

    def __str__(self) -> str:
        threshold = "" if self.threshold is None else f" {self.threshold}"
        where = self.target or self.number
        return f"{self.condition}{threshold}: {self.remedy}" + (f" {where}" if where else "")


def why(condition: str, threshold: int | None, figure: int | None) -> str:
    """What a rule that acted had found, for whoever reads why a conversation went where it went."""
    values = {"threshold": threshold, "figure": figure}
    if condition == Condition.TOO_MANY:
        return gettext("%(figure)s waited already (limit: %(threshold)s)") % values
    if condition == Condition.LONG_WAIT:
        return gettext("the average wait was %(figure)s min (limit: %(threshold)s)") % values
    if condition == Condition.WAITED:
        return (
            ngettext("it had waited for a minute", "it had waited for %(threshold)s minutes", threshold or 0) % values
        )
    return gettext("it came outside of the operating hours")
