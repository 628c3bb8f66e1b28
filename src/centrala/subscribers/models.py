"""Other people's programs that want to know what happens: outgoing webhooks, what they were told, how it went."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What can be told. Other people's programs rely on these names: add, never change."""

    OPENED = "conversation.opened", _("A conversation is opened")
    ASSIGNED = "conversation.assigned", _("A conversation gets an agent")
    ENDED = "conversation.ended", _("A conversation is ended, and its wrap-up begins")
    CLOSED = "conversation.closed", _("A conversation is closed")
    RECEIVED = "message.received", _("A message of a customer is received")
    SENT = "message.sent", _("A message is sent")
    DELIVERED = "message.delivered", _("A message is delivered")
    FAILED = "message.failed", _("A message fails")


TEST = "webhook.test"  # sent from the page alone, to an address that is paused as well


class State(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("webhook", "Active")
    PAUSED = "paused", pgettext_lazy("webhook", "Paused")
    DISABLED = "disabled", pgettext_lazy("webhook", "Disabled")  # by the hub itself, see `Cause`


class Cause(models.TextChoices):
    GONE = "gone", _("The address answered 410: it wants nothing more.")
    FAILING = "failing", _("The address took nothing for five days.")


class Subscription(models.Model):
    """An address and what it is told. Its secret is shown once; the one before signs along until `old_secret_until`."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    name = models.CharField(max_length=100)
    address = models.CharField(max_length=500)
    kinds = ArrayField(models.CharField(max_length=40, choices=Kind))
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    disabled_because = models.CharField(max_length=10, choices=Cause, blank=True)
    encrypted_secret = models.TextField()
    encrypted_old_secret = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)  # the first failure after the last success
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class Outcome(models.TextChoices):
    PENDING = "pending", pgettext_lazy("delivery", "Waits")
    DELIVERED = "delivered", pgettext_lazy("delivery", "Delivered")
    FAILED = "failed", pgettext_lazy("delivery", "Failed")


class Delivery(models.Model):
    """One thing that one address is told. `id` is its webhook-id, the same on every attempt.

    It holds no customer's words: the body is made anew for each attempt from what `subject` names, so what was erased
    is told to nobody any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=40)
    subject = models.UUIDField(null=True)  # a conversation or message; of a test there is none
    happened_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    step = models.PositiveIntegerField(default=0)  # its place in the schedule of retries
    due_at = models.DateTimeField(null=True)  # of the next attempt; None when it is settled
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.PENDING)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subscription", "due_at"], condition=Q(due_at__isnull=False), name="delivery_due"),
            models.Index(fields=["happened_at"], name="delivery_by_age"),
        ]

    @property
    def webhook_id(self) -> str:
        return f"msg_{self.pk.hex}"


class Problem(models.TextChoices):
    """Why there was no answer."""

    SLOW = "slow", _("No answer within 15 seconds")
    UNREACHABLE = "unreachable", _("No connection")
    UNKNOWN_HOST = "unknown_host", _("No such host")
    CERTIFICATE = "certificate", _("The certificate is not trusted")
    PRIVATE = "private", _("Not sent: the address lies in a private network")
    DELETED = "deleted", _("Not sent: what it tells of is deleted")


class Attempt(models.Model):
    """`answer` is what the address said, its beginning, without what it was told."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="log")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False, related_name="log")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    problem = models.CharField(max_length=20, choices=Problem, blank=True)
    milliseconds = models.PositiveIntegerField()
    answer = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subscription", "-at", "-id"], name="attempt_newest")]

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
