"""How a channel behaves. So far: which numbers an SMS workstream answers."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from centrala.numbers.models import PhoneNumber


class Channel(models.TextChoices):
    SMS = "sms", _("SMS")
    VOICE = "voice", _("Voice")


class Workstream(models.Model):
    name = models.CharField(max_length=100, unique=True)
    channel = models.CharField(max_length=10, choices=Channel)

    def __str__(self) -> str:
        return self.name


class Line(models.Model):
    """A number on a workstream: one number may serve SMS on one and voice on another."""

    workstream = models.ForeignKey(Workstream, on_delete=models.CASCADE, related_name="lines")
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="lines")
    channel = models.CharField(max_length=10, choices=Channel)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["number", "channel"], name="one_line_per_channel")]

    def __str__(self) -> str:
        return f"{self.number} on {self.workstream}"
