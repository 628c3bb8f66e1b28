"""The resource's telephone numbers: Microsoft's, and those of a carrier of one's own."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.connection.models import Connection


class NumberType(models.TextChoices):
    TOLL_FREE = "toll_free", _("Toll-free")
    GEOGRAPHIC = "geographic", _("Geographic")
    MOBILE = "mobile", _("Mobile")
    SHORT_CODE = "short_code", _("Short code")
    UNKNOWN = "unknown", pgettext_lazy("number type", "Unknown")


class Carrier(models.Model):
    """Whom the organisation has numbers from besides Microsoft."""

    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    modified_at = models.DateTimeField(db_default=Now(), editable=False)  # a trigger's

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(Lower("name"), name="one_carrier_of_a_name")]

    def __str__(self) -> str:
        return self.name


class PhoneNumber(models.Model):
    """`number` is E.164 with its plus, or a short code's bare digits. Without a carrier it is Microsoft's."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="numbers")
    number = models.CharField(max_length=20)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, null=True, related_name="numbers")
    type = models.CharField(max_length=20, choices=NumberType, default=NumberType.UNKNOWN)
    receives_sms = models.BooleanField(default=False)
    sends_sms = models.BooleanField(default=False)
    receives_calls = models.BooleanField(default=False)
    makes_calls = models.BooleanField(default=False)
    country = models.CharField(max_length=2, blank=True, db_default="")  # two letters (ISO 3166)
    monthly_cost = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    currency = models.CharField(max_length=3, blank=True, db_default="")
    bought_at = models.DateTimeField(null=True)
    synced_at = models.DateTimeField(null=True)  # null: known only from an event so far
    missing_since = models.DateTimeField(null=True)  # a sync did not find it: the resource owns it no longer
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    modified_at = models.DateTimeField(db_default=Now(), editable=False)  # a trigger's; a sync alone counts for nothing

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "number"], name="number_once"),
            models.CheckConstraint(
                condition=Q(carrier=None) | Q(receives_sms=False, sends_sms=False), name="carriers_bring_no_texts"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Pace(models.Model):
    """How far ahead a sender's texts are promised: see numbers.pace. All senders' names of a resource are one, ""."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    sender = models.CharField(max_length=20, blank=True)
    promised_to = models.DateTimeField()
    held_to = models.DateTimeField(null=True)  # the service said 429 and named this moment

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "sender"], name="one_pace_per_sender")]

    def __str__(self) -> str:
        return f"{self.sender or 'names'} until {self.promised_to}"
