"""Texts to many customers at once: templates, campaigns, and what became of each row of a campaign's file."""

from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.numbers import pace
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User

LONGEST_NUMBER = 32  # as a contact's


class Template(models.Model):
    """A text with places to be filled, `{name}` and the like; of one name there may be one for each language."""

    name = models.CharField(max_length=100)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    text = models.TextField()

    class Meta:
        ordering: ClassVar = ["name", "language"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["name", "language"], name="one_template_per_language")]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_language_display()})"


class State(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("campaign", "Draft")  # checked, and waits for somebody to confirm it
    RUNNING = "running", pgettext_lazy("campaign", "Running")
    PAUSED = "paused", pgettext_lazy("campaign", "Paused")
    DONE = "done", pgettext_lazy("campaign", "Done")  # all its texts are handed over; their states still move
    CANCELLED = "cancelled", pgettext_lazy("campaign", "Cancelled")


class Problem(models.TextChoices):
    """Why the hub itself has paused a campaign."""

    DISCONNECTED = "disconnected", _("The Azure resource of its number is disconnected.")
    FAULT = "fault", _("An unforeseen error. The log of the worker tells of it.")


class Campaign(models.Model):
    name = models.CharField(max_length=100)
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, related_name="campaigns")
    text = models.TextField()  # with its places
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    problem = models.CharField(max_length=20, choices=Problem, blank=True)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    started_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="campaign_newest"),
            models.Index(fields=["started_at"], condition=Q(state="running"), name="campaign_running"),
        ]

    def __str__(self) -> str:
        return self.name

    def takes(self, units: int) -> timedelta:
        """How long so many message units take at the number's rate."""
        return pace.rate(self.number).length(units)


class Place(models.TextChoices):
    """Where a row of the file stands."""

    WAITING = "waiting", pgettext_lazy("recipient", "Waiting")
    HANDED = "handed", pgettext_lazy("recipient", "Handed over")  # there is a message of the row's id
    LEFT_OUT = "left_out", pgettext_lazy("recipient", "Left out")


class Why(models.TextChoices):
    """Why a row is left out."""

    INVALID = "invalid", pgettext_lazy("left out", "No telephone number")
    EXCEL = "excel", pgettext_lazy("left out", "The number was shortened by Excel")
    DUPLICATE = "duplicate", pgettext_lazy("left out", "The number stands in an earlier line")
    OWN = "own", pgettext_lazy("left out", "One of our own numbers")
    OPTED_OUT = "opted_out", pgettext_lazy("left out", "The customer wants no texts from this number")
    HELD = "held", pgettext_lazy("left out", "The customer's data is held for the law")
    COLUMNS = "columns", pgettext_lazy("left out", "Another number of columns than the heading has")
    EMPTY = "empty", pgettext_lazy("left out", "A column that the text needs is empty")
    TOO_LONG = "too_long", pgettext_lazy("left out", "The filled text is too long")
    UNFIT = "unfit", pgettext_lazy("left out", "A character that cannot be sent")
    CANCELLED = "cancelled", pgettext_lazy("left out", "The campaign was cancelled before")


class Recipient(models.Model):
    """A row of the file. `id` becomes the id of its message, so that a row never becomes two.

    `number` is E.164, or, of a row that is left out, what stood there.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, db_index=False, related_name="recipients")
    line = models.PositiveIntegerField()  # of the file, as an editor counts them
    number = models.CharField(max_length=LONGEST_NUMBER)
    text = models.TextField(blank=True)  # filled; until it is a message
    units = models.PositiveSmallIntegerField(default=0)
    place = models.CharField(max_length=10, choices=Place, default=Place.WAITING)
    why = models.CharField(max_length=10, choices=Why, blank=True)
    detail = models.CharField(max_length=100, blank=True)  # the column that is empty

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "line"], name="one_row_per_line"),
            models.UniqueConstraint(
                fields=["campaign", "number"], condition=~Q(place="left_out"), name="one_text_per_customer"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["campaign", "line"], condition=Q(place="waiting"), name="recipient_waiting"),
            models.Index(fields=["number"], name="recipient_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}, line {self.line}"
