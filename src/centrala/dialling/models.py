"""Who may call out by which number, where to and how much; and what of it was used."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.timezone import now

from centrala.calls.enquiry import Enquiry
from centrala.calls.models import Call
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.workstreams.models import Queue, Workstream

MOST_CALLS, USUAL_CALLS = 10_000, 200  # a day
MOST_MINUTES, USUAL_MINUTES = 100_000, 600  # a day
LONGEST_CALL, USUAL_LONGEST = 120, 60  # minutes; the exchange ends every call after two hours


class Profile(models.Model):
    """Nobody may use a new one and it leads nowhere: people or queues, and countries, have to be named."""

    label = models.CharField(max_length=100, unique=True)
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, related_name="outbound_profiles")
    workstream = models.ForeignKey(Workstream, on_delete=models.PROTECT, related_name="outbound_profiles")
    people = models.ManyToManyField(User, blank=True, related_name="outbound_profiles")
    queues = models.ManyToManyField(Queue, blank=True, related_name="outbound_profiles")  # whose members may use it
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)  # ISO 3166-1
    # Against toll fraud; a day is UTC's, so that it begins for all workers at once.
    most_calls = models.PositiveIntegerField(
        default=USUAL_CALLS, validators=[MinValueValidator(1), MaxValueValidator(MOST_CALLS)]
    )
    most_minutes = models.PositiveIntegerField(
        default=USUAL_MINUTES, validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)]
    )
    longest_minutes = models.PositiveIntegerField(
        default=USUAL_LONGEST, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_CALL)]
    )

    def __str__(self) -> str:
        return self.label


class Dialled(models.Model):
    """A call that counts against its profile's caps, to a customer or to a number outside that is consulted; it does so
    even when the call itself has been erased."""

    profile = models.ForeignKey(Profile, null=True, on_delete=models.SET_NULL, db_index=False, related_name="dialled")
    call = models.OneToOneField(Call, null=True, on_delete=models.SET_NULL, related_name="dialled")
    enquiry = models.OneToOneField(Enquiry, null=True, on_delete=models.SET_NULL, related_name="dialled")
    agent = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False, related_name="dialled")
    at = models.DateTimeField(default=now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["profile", "at"], name="dialled_by_profile"),
            models.Index(fields=["agent", "-at"], name="dialled_by_agent"),
        ]

    def __str__(self) -> str:
        return f"{self.profile} at {self.at}"
