"""What was ordered from Azure: a number bought, what one can do added to, one given back."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.azure.number_market import Features
from centrala.connection.models import Connection
from centrala.numbers.models import NumberType
from centrala.organization.models import User


class Kind(models.TextChoices):
    PURCHASE = "purchase", _("Purchase")
    CHANGE = "change", _("Features added")
    RELEASE = "release", _("Release")


class State(models.TextChoices):
    """A purchase begins with a search; the others are under way from the start."""

    SEARCHING = "searching", pgettext_lazy("order", "Azure looks for a number")
    FOUND = "found", pgettext_lazy("order", "A number is held for you")
    UNDER_WAY = "under_way", pgettext_lazy("order", "Azure is at work")
    DONE = "done", pgettext_lazy("order", "Done")
    FAILED = "failed", pgettext_lazy("order", "Failed")


class Trouble(models.TextChoices):
    """Why an order failed, where the hub knows it; see ordering.words."""

    SOLD_OUT = "sold_out"
    EXPIRED = "expired"
    KEY = "key"
    LIMIT = "limit"
    NOT_OFFERED = "not_offered"
    NOT_OWNED = "not_owned"
    NOT_REACHED = "not_reached"
    DISCONNECTED = "disconnected"
    REFUSED = "refused"


BUSY = (State.SEARCHING, State.UNDER_WAY)


class Order(models.Model):
    """`number` is E.164, "" until a search has found one. The features are those that the number is to have."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="orders")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State)
    number = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    type = models.CharField(max_length=20, choices=NumberType, default=NumberType.UNKNOWN)
    place = models.CharField(max_length=200, blank=True)  # as the administrator chose it
    area_code = models.CharField(max_length=10, blank=True)
    receives_calls = models.BooleanField(default=False)
    makes_calls = models.BooleanField(default=False)
    receives_sms = models.BooleanField(default=False)
    sends_sms = models.BooleanField(default=False)
    search_id = models.CharField(max_length=100, blank=True)
    expires_at = models.DateTimeField(null=True)  # until then Azure holds the number back
    monthly_cost = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    currency = models.CharField(max_length=3, blank=True)
    no_resale = models.BooleanField(default=False)  # the buyer agrees not to sell the number on
    trouble = models.CharField(max_length=20, choices=Trouble, blank=True)
    said = models.TextField(blank=True)  # Azure's own words about it
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    attempted_at = models.DateTimeField(null=True)  # Azure was first asked to sell, change or take back the number
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "number"], condition=Q(state=State.UNDER_WAY), name="one_order_of_a_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number or self.country}"

    @property
    def features(self) -> Features:
        return Features(
            receives_calls=self.receives_calls,
            makes_calls=self.makes_calls,
            receives_sms=self.receives_sms,
            sends_sms=self.sends_sms,
        )

    @property
    def busy(self) -> bool:
        return self.state in BUSY

    @property
    def expired(self) -> bool:
        """What was found and not bought in time is free for others again."""
        return self.state == State.FOUND and self.expires_at is not None and self.expires_at <= now()
