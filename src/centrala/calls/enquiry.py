"""A number outside that an agent consults during a call: a call of the hub's own to it, whose sound the node of the
customer's call mixes in. `enquiring` has what happens to it, `advice` what the node does."""

import secrets
from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centrala.look.tags import phone


def new_secret() -> str:
    """The unguessable part of its addresses."""
    return secrets.token_urlsafe(32)


class Enquired(models.TextChoices):
    """In their order; it only moves on."""

    CALLED = "called"
    CAME = "came"
    HANDED = "handed"  # the customer; the agent has left
    OVER = "over"


UNDER_WAY = (Enquired.CALLED, Enquired.CAME, Enquired.HANDED)


class Parted(models.TextChoices):
    """How it ended, in words with a place for the number; none for what the agent knows."""

    BY_US = "by_us", ""
    BUSY = "busy", _("%(number)s is busy.")
    NO_ANSWER = "no_answer", _("Nobody answered at %(number)s.")
    DECLINED = "declined", _("%(number)s declined the call.")
    INVALID = "invalid", _("There is no number %(number)s.")
    FAILED = "failed", _("Azure could not call %(number)s.")
    HUNG_UP = "hung_up", _("%(number)s hung up.")
    TOO_LONG = "too_long", _("The call to %(number)s reached its longest time.")
    LOST = "lost", _("The sound of %(number)s was lost.")


class Enquiry(models.Model):
    """One at a time of a call. Its id is what Azure is asked by, so that nobody is called twice."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="enquiries")
    agent = models.ForeignKey("organization.User", on_delete=models.CASCADE, db_index=False, related_name="+")
    to = models.CharField(max_length=32)  # E.164 with its plus, as the next
    number = models.CharField(max_length=32)  # ours, which is seen there
    secret = models.CharField(max_length=64, unique=True, default=new_secret)
    media_url = models.TextField(blank=True)  # which the first that asks names, and whoever asks again, too
    call_connection_id = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=Enquired, default=Enquired.CALLED)
    longest_seconds = models.PositiveIntegerField()  # of talk
    leased_seconds = models.PositiveIntegerField(null=True)  # of the trial's minutes, by a trial's number
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    parted = models.CharField(max_length=10, choices=Parted, blank=True)
    detail = models.TextField(blank=True)  # the service's own words about a call that failed

    class Meta:
        verbose_name_plural = "enquiries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call"], condition=~Q(state="over"), name="one_enquiry_at_a_time"),
        ]
        indexes: ClassVar = [models.Index(fields=["call", "-asked_at"], name="enquiry_of_call")]

    def __str__(self) -> str:
        return f"{self.to}: {self.state}"

    @property
    def longest(self) -> timedelta:
        return timedelta(seconds=self.longest_seconds)

    @property
    def words(self) -> str:
        """How it ended; "" where there is nothing to say."""
        return str(Parted(self.parted).label) % {"number": phone(self.to)} if self.parted else ""

    @property
    def callback_url(self) -> str:
        """Where the service tells what happens: any web process takes it."""
        return f"{settings.PUBLIC_URL}/calls/outside/{self.secret}/events"
