"""Calls, what the service told of them, and the web processes whose they are."""

import secrets
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.calls.enquiry import Enquiry  # noqa: F401  # its table is this app's
from centrala.calls.sent_on import SentOn  # noqa: F401  # so is its
from centrala.connection.models import Connection
from centrala.conversations.models import Conversation, Direction
from centrala.organization.models import User

ANSWERED_WITHIN = timedelta(seconds=45)  # by a colleague who is consulted


def new_secret() -> str:
    """The unguessable part of a call's addresses: whoever knows it may speak to the customer."""
    return secrets.token_urlsafe(32)


class Node(models.Model):
    """A web process that takes calls. It is alive while it says so."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    address = models.CharField(max_length=300)  # https, where service and browsers reach this very process
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address


class CallState(models.TextChoices):
    """In their order; a call only moves on: see `states`."""

    RINGING = "ringing", pgettext_lazy("call", "Ringing")
    ANSWERING = "answering", pgettext_lazy("call", "Being answered")
    CONNECTED = "connected", pgettext_lazy("call", "Connected")
    ENDED = "ended", pgettext_lazy("call", "Ended")


class CallEnd(models.TextChoices):
    CUSTOMER = "customer", pgettext_lazy("call", "The customer hung up")
    AGENT = "agent", pgettext_lazy("call", "The agent hung up")
    OUT_OF_HOURS = "out_of_hours", pgettext_lazy("call", "Nobody was there at this hour")
    OVERFLOW = "overflow", pgettext_lazy("call", "Ended by overflow")
    VOICEMAIL = "voicemail", pgettext_lazy("call", "The voicemail was complete")
    CALL_BACK = "call_back", pgettext_lazy("call", "The customer wants to be called back")
    NOT_ANSWERED = "not_answered", _("The customer hung up before the hub answered")
    FAILED = "failed", _("Azure could not connect the call")
    LOST = "lost", _("The process of the hub that had the call ended")
    TRANSFERRED = "transferred", pgettext_lazy("call", "The customer was transferred to another number")
    TOO_LONG = "too_long", _("The call reached its longest time")
    TRIAL_OVER = "trial_over", pgettext_lazy("call", "The trial's minutes were used up, or the trial ended")
    ABROAD = (
        "abroad",
        pgettext_lazy("call", "Declined: a trial's toll-free number is called from the United States only"),
    )
    NOT_LENT = "not_lent", pgettext_lazy("call", "Declined: the number is not the trial's")
    BUSY = "busy", pgettext_lazy("call", "Busy")  # from here on of calls to customers alone
    NO_ANSWER = "no_answer", pgettext_lazy("call", "Nobody answered")
    DECLINED = "declined", pgettext_lazy("call", "The customer declined the call")
    INVALID = "invalid", pgettext_lazy("call", "There is no such number")
    BLOCKED = "blocked", pgettext_lazy("call", "Rejected: the number is blocked")
    HIDDEN = "hidden", pgettext_lazy("call", "Not taken: the caller hid the number")
    GIVEN_UP = "given_up", pgettext_lazy("call", "The agent hung up before anybody answered")


class Recorded(models.TextChoices):
    """What is wanted of a call's recording; `recordings` has the cloud follow, and the node its own of the agent."""

    NO = "no", pgettext_lazy("recording", "Not recorded")
    YES = "yes", pgettext_lazy("recording", "Recorded")
    PAUSED = "paused", pgettext_lazy("recording", "Paused")  # by the agent
    HELD = "held", pgettext_lazy("recording", "Paused while the customer is on hold")


class Agreed(models.TextChoices):
    """Whether the customer agrees to being recorded; empty where nobody asks."""

    ASKED = "asked", pgettext_lazy("consent", "The customer has not agreed to a recording.")
    GIVEN = "given", pgettext_lazy("consent", "The customer agreed to the recording.")
    REFUSED = "refused", pgettext_lazy("consent", "The customer does not want to be recorded.")


class Call(models.Model):
    """One call of a customer. `node` has its sound; it is told by ids that the service chose."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="calls")
    conversation = models.OneToOneField(Conversation, null=True, on_delete=models.CASCADE, related_name="call")
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.INBOUND)
    # Of a call to a customer: whose call, voicemail or wish to be called back it returns.
    returns = models.ForeignKey(Conversation, null=True, on_delete=models.SET_NULL, related_name="returned_by")
    customer = models.CharField(max_length=32)  # E.164 with its plus; see centrala.hidden
    number = models.CharField(max_length=32)  # ours, E.164 with its plus
    secret = models.CharField(max_length=64, unique=True, default=new_secret)
    correlation_id = models.CharField(max_length=100, unique=True)
    server_call_id = models.TextField(blank=True)
    call_connection_id = models.CharField(max_length=100, blank=True)
    # What it takes to answer (incomingCallContext), or of a call to a customer the address for its sound, which is the
    # same however often it is asked for; empty once it is of no use.
    context = models.TextField(blank=True)
    variables = models.JSONField(default=dict)  # by name, what a system before us sent along: see `context`
    not_read = models.JSONField(default=list, db_default=[])  # of it, with the reasons: see `told_along.Why`
    # Of a caller who comes back from the number outside to which that one was sent on.
    resumes = models.ForeignKey(Conversation, null=True, on_delete=models.SET_NULL, related_name="resumed_by")
    state = models.CharField(max_length=10, choices=CallState, default=CallState.RINGING)
    node = models.ForeignKey(Node, null=True, on_delete=models.SET_NULL, related_name="calls")
    recorded = models.CharField(max_length=10, choices=Recorded, default=Recorded.NO, db_default=Recorded.NO.value)
    sent_to = models.CharField(max_length=32, blank=True, default="", db_default="")  # E.164: see `sending_on`
    sent_at = models.DateTimeField(null=True)
    # Who has put the customer on hold; it holds while the call is this agent's.
    held_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    agreed = models.CharField(max_length=10, choices=Agreed, blank=True, default="", db_default="")
    transcribed = models.CharField(max_length=10, choices=Recorded, default=Recorded.NO, db_default=Recorded.NO.value)
    rang_at = models.DateTimeField()
    connected_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=20, choices=CallEnd, blank=True)
    longest_seconds = models.PositiveIntegerField(null=True)  # of talk; null: as long as any
    # Of a trial's number: what it has been given of the trial's minutes so far; see `leases`.
    leased_seconds = models.PositiveIntegerField(null=True)
    is_rejected = models.BooleanField(default=False, db_default=False)  # instead of answered
    detail = models.TextField(blank=True)  # the service's own words about a call that failed

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "rang_at"], condition=~Q(state="ended"), name="call_under_way"),
            models.Index(fields=["server_call_id"], condition=~Q(server_call_id=""), name="call_by_server_call"),
            models.Index(fields=["-rang_at", "-id"], name="call_newest"),
        ]

    @property
    def rings_out(self) -> bool:
        """The customer is being called."""
        return self.direction == Direction.OUTBOUND and self.connected_at is None and self.state != CallState.ENDED

    @property
    def lasted(self) -> timedelta | None:
        """From when the customer was answered until the end; None of a call that goes on, or was never answered."""
        return self.ended_at - self.connected_at if self.ended_at and self.connected_at else None

    @property
    def callback_url(self) -> str:
        """Where the service tells what happens: any web process takes it."""
        return f"{settings.PUBLIC_URL}/calls/{self.secret}/events"


class Consulted(models.TextChoices):
    ASKED = "asked", pgettext_lazy("consultation", "Asked")
    CAME = "came", pgettext_lazy("consultation", "In the call")
    DECLINED = "declined", pgettext_lazy("consultation", "Declined")
    MISSED = "missed", pgettext_lazy("consultation", "Not answered")
    OVER = "over", pgettext_lazy("consultation", "Over")


class Consultation(models.Model):
    """An agent asks a colleague into a call. It holds while the call is that agent's: see `consulting.holding`."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="consultations")
    agent = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False, related_name="+")
    colleague = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False, related_name="consultations")
    state = models.CharField(max_length=10, choices=Consulted, default=Consulted.ASKED)
    asked_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["colleague", "-asked_at"], name="consulted_lately")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["call", "colleague"], condition=Q(state__in=["asked", "came"]), name="consulted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.colleague}: {self.state}"

    @property
    def expires_at(self) -> datetime:
        return self.asked_at + ANSWERED_WITHIN


class TranscriptState(models.TextChoices):
    STOPPED = "stopped", pgettext_lazy("transcript", "Not running")
    RUNNING = "running", pgettext_lazy("transcript", "Running")
    REFUSED = "refused", pgettext_lazy("transcript", "Refused by Azure")  # for the rest of the call


class Transcript(models.Model):
    """The service's transcription of a call. What is wanted of it stands in the call, what was said in
    `conversations.models.Spoken`."""

    call = models.OneToOneField(Call, primary_key=True, on_delete=models.CASCADE, related_name="transcript")
    state = models.CharField(max_length=10, choices=TranscriptState, default=TranscriptState.STOPPED)
    began_at = models.DateTimeField(null=True)  # when it last ran
    resumed_at = models.DateTimeField(
        null=True
    )  # the agent's or a hold's last pause ended: what was said in it is lost
    tries = models.PositiveSmallIntegerField(default=0)  # to begin, in vain, since it last ran
    error = models.TextField(blank=True)  # the service's words about why it does not run
    at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"transcript of {self.call_id}"


class Told(models.Model):
    """What the service told of a call, once each: it may tell late, twice and in any order."""

    id = models.CharField(max_length=100, primary_key=True)  # the CloudEvent's
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="told")
    type = models.CharField(max_length=80)  # without Microsoft.Communication.
    at = models.DateTimeField()
    data = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["call", "at"], name="told_of_call")]

    def __str__(self) -> str:
        return self.type


class BlockState(models.TextChoices):
    """Backwards by the alphabet of their values the list begins with what waits for a decision."""

    REMOVED = "allowed", pgettext_lazy("number", "Not blocked")
    PENDING = "waiting", pgettext_lazy("number", "Marked as spam, waits for a decision")
    BLOCKED = "blocked", pgettext_lazy("number", "Blocked")


class BlockedNumber(models.Model):
    """See blocking."""

    # E.164 with its plus; of a customer who was erased its keyed hash (see conversations.customers.pseudonym).
    number = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=10, choices=BlockState)
    changed_at = models.DateTimeField()

    @property
    def is_erased(self) -> bool:
        """Its customer: which number it is cannot be told any more."""
        return not self.number.startswith("+")

    def __str__(self) -> str:
        return self.number


class BlockStep(models.Model):
    """Who decided what about a number."""

    number = models.ForeignKey(BlockedNumber, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=BlockState)
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.number}: {self.state}"
