"""The trial of an organisation: numbers and minutes that whoever runs the installation lends it."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from centrala.connection.models import Connection

MINUTES = 60  # for all numbers together, as in the original
LEAST = timedelta(seconds=10)  # less than this is of no use to anybody: the minutes are used up


class Ending(models.TextChoices):
    USED_UP = "used_up", pgettext_lazy("trial", "All minutes were used")
    BY_HAND = "by_hand", pgettext_lazy("trial", "Ended by an administrator")
    EXPIRED = "expired", pgettext_lazy("trial", "The trial's time ran out")


class Trial(models.Model):
    """There is one in an organisation's life. `leased` is what calls under way have been given, and what they do not
    use comes back: so the database holds that never more is talked than was granted. In seconds."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    connection = models.OneToOneField(Connection, on_delete=models.PROTECT, related_name="trial")
    lendable = models.JSONField(default=list)  # numbers; empty: whatever US number the lender's resource owns
    granted = models.PositiveIntegerField(default=MINUTES * 60)
    used = models.PositiveIntegerField(default=0)
    leased = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)
    cut_at = models.DateTimeField(null=True)  # when the time would have run out, of one that ended before

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(only=True), name="one_trial"),
            models.CheckConstraint(condition=Q(granted__gte=F("used") + F("leased")), name="no_more_than_granted"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
                name="trial_ends_somehow",
            ),
        ]

    def __str__(self) -> str:
        return f"trial of {self.connection_id}"

    @property
    def left(self) -> timedelta:
        """What no call under way has been given yet."""
        return timedelta(seconds=self.granted - self.used - self.leased)

    @property
    def unused(self) -> timedelta:
        return timedelta(seconds=self.granted - self.used)

    @property
    def minutes_left(self) -> int:
        """Begun ones count, but none where nothing is left that a call could have."""
        return 0 if self.unused < LEAST else -(-int(self.unused.total_seconds()) // 60)

    @property
    def minutes_granted(self) -> int:
        return self.granted // 60
