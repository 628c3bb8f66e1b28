"""The organisation's connection to its Azure Communication Services resource."""

import secrets
from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from centrala.azure.identifiers import ConnectionString, ResourceId
from centrala.connection.refusal_words import WORDS
from centrala.organization.crypto import decrypt

# Event Grid keeps a token for up to 24 h 5 min: one from before a change may still be in use for so long.
OLD_TOKENS = timedelta(hours=25)


class Connection(models.Model):
    """The provider setting: one resource. Disconnected ones stay, so that a reconnect brings everything back."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    resource_name = models.CharField(max_length=100)
    resource_id = models.CharField(max_length=500)
    encrypted_connection_string = models.TextField()
    # By which the service itself knows the resource; "" until it has told: see calls.trusting.
    immutable_resource_id = models.CharField(max_length=100, blank=True, default="", db_default="")
    # Of whoever runs the installation, who lends numbers of it to a trial: nobody's "own" resource. See `trial`.
    is_trial = models.BooleanField(default=False, db_default=False)
    require_role = models.BooleanField(default=False)  # on only where provisioning assigned the role
    # Client ids of applications that were replaced, each with the time until which its tokens may be in use.
    former_applications = models.JSONField(default=dict)
    connected_at = models.DateTimeField()
    disconnected_at = models.DateTimeField(null=True)
    key_refused_at = models.DateTimeField(null=True)  # since when the service does not take the key any more
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    modified_at = models.DateTimeField(db_default=Now(), editable=False)  # kept by a trigger of the database

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(disconnected_at__isnull=True), name="one_connection_at_a_time"
            ),
            models.UniqueConstraint(Lower("resource_id"), name="one_connection_per_resource"),
        ]

    def __str__(self) -> str:
        return self.resource_name

    @property
    def connection_string(self) -> ConnectionString:
        """Holds the access key: for calling Azure, never for a page."""
        return ConnectionString.parse(decrypt(self.encrypted_connection_string))

    @property
    def resource(self) -> ResourceId:
        return ResourceId.parse(self.resource_id)


class EntryKey(models.TextChoices):
    """The two entries of a provider setting. "Grip" is how the original spells it."""

    APP_ID = "EventGridAppID"
    TENANT_ID = "EventGripAppTenantID"


class Entry(models.Model):
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="entries")
    key = models.CharField(max_length=100, choices=EntryKey)
    value = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    modified_at = models.DateTimeField(db_default=Now(), editable=False)  # kept by a trigger of the database

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "key"], name="one_entry_per_key")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class Service(models.TextChoices):
    """What an endpoint is for; `EVENT_TYPES` says what Event Grid should send there."""

    SMS = "sms", _("SMS")
    RECORDING = "recording", _("Recording")
    INCOMING_CALL = "incoming_call", _("Incoming call")


# A trial has calls alone.
LENT = (Service.RECORDING, Service.INCOMING_CALL)
EVENT_TYPES: dict[Service, tuple[str, ...]] = {
    Service.SMS: ("Microsoft.Communication.SMSReceived", "Microsoft.Communication.SMSDeliveryReportReceived"),
    Service.RECORDING: ("Microsoft.Communication.RecordingFileStatusUpdated",),
    Service.INCOMING_CALL: ("Microsoft.Communication.IncomingCall",),
}


def new_secret() -> str:
    """The unguessable part of an endpoint's path: 192 bits, safe in a path and in a shell."""
    return secrets.token_urlsafe(24).replace("-", "a").replace("_", "b")


def hook_of(url: str) -> str:
    """What of an endpoint's address stays when the hub moves to another host; "" for another kind of address."""
    return url.partition("/hooks/")[2].rstrip("/")


class Endpoint(models.Model):
    """One webhook address. A rotated one answers until `retires_at`."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="endpoints")
    service = models.CharField(max_length=20, choices=Service)
    secret = models.CharField(max_length=64, unique=True, default=new_secret)
    retires_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "service"], condition=Q(retires_at__isnull=True), name="one_live_endpoint"
            )
        ]

    def __str__(self) -> str:
        return self.service

    @property
    def url(self) -> str:
        return f"{settings.PUBLIC_URL}/hooks/{self.secret}/{self.service.replace('_', '-')}"


class Sight(models.TextChoices):
    """What an endpoint may have seen; of each the last is kept."""

    HANDSHAKE = "handshake"  # answered
    EVENT = "event"
    MISDIRECTED = "misdirected"  # an event that belongs to another service's endpoint
    REFUSAL = "refusal"
    TOKEN_REFUSAL = "token_refusal"  # noqa: S105 - of REFUSAL those about the token, with its claims
    CLOUD_EVENTS = "cloud_events"  # the CloudEvents schema was offered
    DELETION = "deletion"  # of the event subscription


class Sighting(models.Model):
    """The last sight of its kind at one endpoint, written by hooks beside Django; read it through `sightings`.

    A row for each kind, not a column: two web processes then need no more to agree than the later time.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="sightings")
    kind = models.CharField(max_length=20, choices=Sight)
    at = models.DateTimeField()
    subscription = models.TextField()  # aeg-subscription-name, as told by the sender
    word = models.TextField()  # of a refusal its code, of an event its type
    detail = models.TextField()
    claims = models.JSONField(default=list)  # of a token refusal, see `sightings.Claim`; never the token

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["endpoint", "kind"], name="one_sighting_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.word}".strip()

    @property
    def explanation(self) -> str:
        """Of a refusal, why it was and what to do, in the reader's language."""
        return str(WORDS.get(self.word, self.word))


class DeadLetterContainer(models.Model):
    """Where Event Grid puts what it cannot deliver, and what opens it. There is one at most."""

    url = models.CharField(max_length=500)
    encrypted_secret = models.TextField()
    marker = models.TextField(blank=True)  # of the page that the last reading did not end; empty: from the beginning
    changed_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(models.Value(1), name="one_dead_letter_container")]

    def __str__(self) -> str:
        return self.url


class ReadLetter(models.Model):
    """A blob that was read, so that what was deleted here does not come back from there."""

    key = models.CharField(max_length=64, primary_key=True)  # a hash of its container's address, its name and its tag
    read_at = models.DateTimeField()
    unreadable = models.BooleanField(default=False)  # no dead letters
    foreign = models.BooleanField(default=False)  # some of a resource that was not connected then

    def __str__(self) -> str:
        return self.key


class RefusalCount(models.Model):
    """How often one endpoint turned requests away for one reason in one hour, written by hooks beside Django."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="refusals")
    hour = models.DateTimeField()  # its beginning
    word = models.TextField()  # a code of hooks.refusals or entra.refusals
    count = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "hour", "word"], name="one_count_of_refusals")
        ]
        indexes: ClassVar = [models.Index(fields=["-hour", "-id"], name="refusals_newest")]

    def __str__(self) -> str:
        return f"{self.count} x {self.word}"

    @property
    def explanation(self) -> str:
        """Why it was and what to do, in the reader's language."""
        return str(WORDS.get(self.word, self.word))
