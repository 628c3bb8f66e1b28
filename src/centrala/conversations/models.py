"""Customers, their conversations, and every message."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.workstreams.models import Workstream


class Contact(models.Model):
    """A customer, known by number: E.164 with its plus, or a sender's short code or name as it came."""

    number = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name or self.number


class ConversationState(models.TextChoices):
    OPEN = "open", _("Open")  # waits for an agent
    ACTIVE = "active", _("Active")  # an agent has answered
    CLOSED = "closed", _("Closed")


class Conversation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="conversations")
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, related_name="conversations")
    workstream = models.ForeignKey(Workstream, null=True, on_delete=models.SET_NULL, related_name="conversations")
    state = models.CharField(max_length=10, choices=ConversationState, default=ConversationState.OPEN)
    unread = models.PositiveIntegerField(default=0)  # inbound messages since the last answer or look
    opened_at = models.DateTimeField()
    last_message_at = models.DateTimeField()
    preview = models.CharField(max_length=120, blank=True)  # of the last message, for the list
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact", "number"], condition=~Q(state="closed"), name="one_live_conversation"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["-last_message_at", "-id"], name="conversation_newest"),
            models.Index(fields=["state", "-last_message_at", "-id"], name="conversation_by_state"),
        ]


class Direction(models.TextChoices):
    INBOUND = "inbound", _("Inbound")
    OUTBOUND = "outbound", _("Outbound")


class MessageState(models.TextChoices):
    RECEIVED = "received", _("Received")
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", pgettext_lazy("message", "Unknown")  # may have left; a person decides


class Reason(models.TextChoices):
    """What the hub itself has to say of a message; the service's own words stand in `error` as they came."""

    KEY_REFUSED = "key_refused", _("Waits: Azure refuses the connection's key until an administrator repairs it.")
    UNREACHABLE = "unreachable", _("It could not be sent for 24 hours.")
    ANSWER_LOST = (
        "answer_lost",
        _("The answer to this send was lost, so it may have left. Ask the customer before sending it again."),
    )


class Message(models.Model):
    """`id` is the repeatability id and the tag of an outbound message, so the cloud and we count the same thing.

    `provider_id` is the cloud's name for it; for inbound messages it is what keeps a duplicate out.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=10, choices=Direction)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=MessageState)
    error = models.TextField(blank=True)
    provider_id = models.TextField(null=True, unique=True)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()  # inbound: when the cloud received it
    first_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # delivered, failed or unknown

    class Meta:
        indexes: ClassVar = [models.Index(fields=["conversation", "created_at", "id"], name="message_thread")]

    @property
    def explanation(self) -> str:
        """`error` for a person, in the person's language where the reason is ours."""
        return str(Reason(self.error).label) if self.error in Reason.values else self.error
