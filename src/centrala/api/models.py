"""Keys with which programs call the REST API, and what they may do with them."""

import hashlib
import secrets
from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from centrala.calls.models import Call
from centrala.conversations.models import Message
from centrala.organization.models import User


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """256 random bits behind a prefix that secret scanners can know."""
    return f"centrala_{secrets.token_urlsafe(32)}"


class Scope(models.TextChoices):
    """What a token may do; what its owner may not do it may not either."""

    CONVERSATIONS_READ = "conversations:read", _("Read conversations and messages")
    CONVERSATIONS_WRITE = "conversations:write", _("Send messages")
    RECORDINGS_READ = "recordings:read", _("Read which calls were recorded")
    TRANSCRIPTS_READ = "transcripts:read", _("Read what was said in calls")
    NUMBERS_READ = "numbers:read", _("Read phone numbers")
    NUMBERS_ORDER = "numbers:order", _("Buy, change and release phone numbers: this spends money")
    AGENTS_READ = "agents:read", _("Read who is there, and what is offered to whom")
    CAMPAIGNS_READ = "campaigns:read", _("Read templates and campaigns")
    EVENTS_READ = "events:read", _("Read events")
    CONNECTION_READ = "connection:read", _("Read the connection")


# What an administrator alone may do.
ADMINISTRATORS = frozenset({Scope.EVENTS_READ, Scope.CONNECTION_READ, Scope.NUMBERS_ORDER})
READING = frozenset(scope for scope in Scope if scope.endswith(":read"))


class ApiToken(models.Model):
    """A bearer token. Only its hash is kept: the token itself is shown once. One that is over stays for a while, so
    that whoever still uses it is told why it is refused."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    name = models.CharField(max_length=100)
    hash = models.CharField(max_length=64, unique=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    scopes = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-created_at", "-id"], name="api_token_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """active, expired, revoked or disabled (its owner is)."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= now():
            return "expired"
        return "active" if self.owner.is_active else "disabled"


class KeyedMessage(models.Model):
    """Which message a token queued, or which call it started, with an Idempotency-Key. Without the text: `asked` is a
    hash of what was asked."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64)
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="+")
    call = models.ForeignKey(Call, null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token", "key"], name="one_message_per_key")]
