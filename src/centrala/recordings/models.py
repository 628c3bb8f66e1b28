"""Recordings of calls: the cloud's with its files, what the hub wrote itself of its agents, and both as one."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.calls.models import Call

# For how long the cloud keeps a file after it has told of it.
# https://learn.microsoft.com/azure/communication-services/concepts/voice-video-calling/call-recording
IN_CLOUD = timedelta(hours=24)
ALARM = timedelta(hours=12)  # before a file goes: somebody can still do something about it
ONE_LISTENING = timedelta(minutes=15)


class RecordingState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("recording", "Asked for")  # the service may have it: see `actions.follow`
    RUNNING = "running", pgettext_lazy("recording", "Running")
    PAUSED = "paused", pgettext_lazy("recording", "Paused")
    ENDED = "ended", pgettext_lazy("recording", "Ended")
    REFUSED = "refused", pgettext_lazy("recording", "Refused by Azure")


class Trouble(models.TextChoices):
    """What Azure did not do; its words stand in `error`."""

    NOT_BEGUN = "not_begun", _("Azure does not record this call.")
    STOPPED = "stopped", _("The recording could not be paused; so it was stopped.")
    RECORDED_ON = "recorded_on", _("The recording could not be paused, and Azure went on recording.")
    NOT_RESUMED = "not_resumed", _("Azure does not go on recording after the pause.")


class Recording(models.Model):
    """One of the cloud's. Ours has a `first_attempt_at`, and its key is the repeatability id it was asked for with;
    another program may have made one of the same call."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="recordings")
    recording_id = models.TextField(null=True, unique=True)  # the service's; null: its answer has not come
    state = models.CharField(max_length=10, choices=RecordingState, default=RecordingState.ASKED)
    first_attempt_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveBigIntegerField(null=True)
    unmixed = models.BooleanField(default=False)  # a channel for each who spoke
    told_at = models.DateTimeField(null=True)  # when the service told of its files; null: it has not
    missing_since = models.DateTimeField(null=True)  # it should have: see `reconciling`
    trouble = models.CharField(max_length=20, choices=Trouble, blank=True, default="", db_default="")
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["call"], condition=Q(first_attempt_at__isnull=False), name="one_own_recording_of_a_call"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["id"], condition=Q(told_at=None), name="recording_without_files")]

    def __str__(self) -> str:
        return str(self.pk)


class ChunkState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("recording", "To be fetched")
    STORED = "stored", pgettext_lazy("recording", "Kept here")
    REFUSED = "refused", pgettext_lazy("recording", "Refused")  # for good; `problem` says why
    GONE = "gone", pgettext_lazy("recording", "No longer in the cloud")


class Problem(models.TextChoices):
    """Why a file is not kept, or is not as it should be."""

    FOREIGN_HOST = "foreign_host", _("Its address is on a host that no recordings are fetched from.")
    EMPTY = "empty", _("The file is empty.")
    NOT_WAV = "not_wav", _("The file is no sound of a kind that is kept (WAV, PCM of 16 bits).")
    TRUNCATED = "truncated", _("The file is cut off.")
    TOO_LARGE = "too_large", _("The file is larger than 512 MB.")
    CHANGED = "changed", _("What was stored does not read back as it was fetched.")
    REFUSED = "refused", _("Azure does not give the file.")
    NOT_IN_TIME = "not_in_time", _("It was not fetched within the 24 hours for which Azure keeps it.")

    @property
    def fix(self) -> str:
        """What can be done about it here; "" where nothing can."""
        return str(FIXES.get(self, ""))


FIXES = {
    Problem.FOREIGN_HOST: _("Fix: an administrator looks among the events for who sent this one."),
    Problem.CHANGED: _("Fix: an administrator checks the storage that recordings are kept in."),
    Problem.REFUSED: _("Fix: an administrator checks the connection to Azure."),
    Problem.NOT_IN_TIME: _("Fix: an administrator lets centrala doctor look at why."),
}


class Chunk(models.Model):
    """A file of a recording: several where it is long, in the order of `index`."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="chunks")
    document_id = models.CharField(max_length=200, unique=True)
    index = models.PositiveIntegerField()
    content_location = models.TextField()
    metadata_location = models.TextField(blank=True)
    delete_location = models.TextField(blank=True)
    told_at = models.DateTimeField()  # when the cloud told of it: its 24 hours begin
    state = models.CharField(max_length=10, choices=ChunkState, default=ChunkState.WAITING)
    problem = models.CharField(max_length=20, choices=Problem, blank=True)
    detail = models.TextField(blank=True)  # the service's own words, or the host
    metadata = models.JSONField(null=True)  # the service's own, as it came
    name = models.CharField(max_length=300, blank=True)  # in the storage
    size = models.BigIntegerField(null=True)  # bytes
    sha256 = models.CharField(max_length=64, blank=True)
    stored_at = models.DateTimeField(null=True)
    deleted_from_cloud_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["index", "id"]
        indexes: ClassVar = [models.Index(fields=["told_at"], condition=Q(state="waiting"), name="chunk_to_be_fetched")]

    def __str__(self) -> str:
        return self.document_id

    @property
    def leaves_cloud_at(self) -> datetime:
        return self.told_at + IN_CLOUD

    @property
    def is_endangered(self) -> bool:
        return self.state == ChunkState.WAITING and now() > self.leaves_cloud_at - ALARM


class Side(models.TextChoices):
    AGENT = "agent", pgettext_lazy("recording", "Agent")
    CUSTOMER = "customer", pgettext_lazy("recording", "Customer")


class Leg(models.Model):
    """What the hub wrote itself of the agents of a call, or of its customer as a voicemail: one for each node that had
    it, 16 kHz, one channel."""

    side = models.CharField(max_length=10, choices=Side, default=Side.AGENT, db_default=Side.AGENT.value)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="legs")
    began_at = models.DateTimeField()
    name = models.CharField(max_length=300)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["began_at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "began_at"], name="one_leg_of_a_moment")]

    def __str__(self) -> str:
        return f"{self.call_id} from {self.began_at}"


class Source(models.TextChoices):
    """Whence a channel of the joined file is."""

    CLOUD = "cloud", pgettext_lazy("recording", "recorded by Azure")
    MIXED = "mixed", pgettext_lazy("recording", "recorded by Azure, everybody in one channel")
    HUB = "hub", pgettext_lazy("recording", "recorded by the hub")
    NONE = "none", pgettext_lazy("recording", "not recorded")


class Joined(models.Model):
    """What is listened to: two channels, left the customer, right the agents, by the clock."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="joined")
    began_at = models.DateTimeField()
    milliseconds = models.PositiveBigIntegerField()
    left = models.CharField(max_length=10, choices=Source)
    right = models.CharField(max_length=10, choices=Source)
    name = models.CharField(max_length=300)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    peaks = models.JSONField()  # of each channel: how loud it is, 0 to 100, in equal parts of its length
    made_at = models.DateTimeField(default=now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-began_at", "-id"], name="joined_newest")]

    @property
    def lasts(self) -> timedelta:
        return timedelta(milliseconds=self.milliseconds)

    def __str__(self) -> str:
        return self.name
