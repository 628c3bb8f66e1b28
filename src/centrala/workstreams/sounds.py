"""An organisation's own sounds: music while callers wait or are held, and its recordings of what else would be spoken
from a text.

They lie in the database: they are part of how a workstream is set up, every process that has calls needs them, and a
backup without them would sound differently. A row is never changed, so that whoever has its frames may keep them.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy


class Music(models.TextChoices):
    WAIT = "wait_music", pgettext_lazy("sound", "Music while callers wait")
    HOLD = "hold_music", pgettext_lazy("sound", "Music on hold")


class Sound(models.Model):
    workstream = models.ForeignKey("workstreams.Workstream", on_delete=models.CASCADE, related_name="sounds")
    purpose = models.CharField(max_length=10)  # one of Music, or the occasion whose text it replaces
    name = models.CharField(max_length=100)  # of the file, as it was called where it came from
    samples = models.BinaryField()  # 16 bits, one channel, 16 kHz
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workstream", "purpose"], name="one_sound_of_a_purpose")
        ]

    def __str__(self) -> str:
        return self.name
