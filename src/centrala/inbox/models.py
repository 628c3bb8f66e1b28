"""Raw events as they came, and what became of each."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centrala.inbox.reasons import worded


class State(models.TextChoices):
    RECEIVED = "received", _("Received")  # waits for the drain
    PROCESSED = "processed", _("Processed")
    UNKNOWN = "unknown", _("Unknown type")  # kept whole; nothing here understands it
    FAILED = "failed", _("Failed")  # its handler said no: see `error`; can be replayed


REPLAYABLE = (State.FAILED, State.UNKNOWN)
# Nearly all events are of these types: the newest of them are soon found. Of others there is an index.
FREQUENT_TYPES = ("Microsoft.Communication.SMSReceived", "Microsoft.Communication.SMSDeliveryReportReceived")


class Tally(models.Model):
    """How often something happened: what was counted under a name and a label is the sum of `amount`.

    Rows are only ever added, so that who counts waits for nobody: by triggers within the transaction that is counted,
    by web processes once a second. `inbox.tallies` sums them and keeps them few.
    """

    name = models.TextField()
    label = models.TextField(blank=True)
    amount = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name} {self.label} {self.amount}"


INCOMING_CALL = "Microsoft.Communication.IncomingCall"  # rings for half a minute, and waits for no burst of texts


class Event(models.Model):
    """One event of Event Grid. `event_id` is unique: the service delivers at least once, we keep once.

    Rows are written by hooks through inbox.writer, by number of thousands a second, so there is no other index
    but those of what waits and those of the events page. The ones of what is rare, and looked for among millions that
    are not, cost a write only for an event that is such.
    """

    event_id = models.TextField()
    type = models.TextField()
    subject = models.TextField()
    event_time = models.DateTimeField(null=True)
    body = models.BinaryField()  # the event's own JSON, byte for byte
    endpoint = models.UUIDField()  # the webhook endpoint it came to
    misdirected = models.BooleanField(default=False)  # valid, but on another service's endpoint
    subscription = models.TextField(blank=True)  # aeg-subscription-name, as told by the sender
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    processed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["event_id"], name="inbox_once")]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="inbox_waiting", condition=Q(state="received")),
            models.Index(fields=["id"], name="inbox_calls", condition=Q(state="received", type=INCOMING_CALL)),
            models.Index(fields=["-received_at", "-id"], name="inbox_newest"),
            models.Index(
                fields=["state", "-received_at", "-id"],
                name="inbox_troubled",
                condition=Q(state__in=["failed", "unknown"]),
            ),
            models.Index(
                fields=["type", "-received_at", "-id"],
                name="inbox_rare",
                condition=~Q(type=FREQUENT_TYPES[0]) & ~Q(type=FREQUENT_TYPES[1]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"

    @property
    def replayable(self) -> bool:
        return self.state in REPLAYABLE

    @property
    def explanation(self) -> str:
        """`error` for a person, in the person's language where it is one of the known reasons."""
        return worded(self.error)
