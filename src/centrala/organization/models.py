"""The organisation, its people, and what they did."""

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID, uuid4

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase


class Kind(models.TextChoices):
    PRODUCTION = "production", _("Production")
    SANDBOX = "sandbox", _("Sandbox")
    TRIAL = "trial", _("Trial")


# Event Grid brings an event again for a day at most: one that old need not be known again.
KEPT_DAYS = 90


class Organization(models.Model):
    """The one organisation this hub belongs to. `tenant_id` is its Microsoft Entra directory. What follows from its
    kind, licences and clock at a moment is told by `standing`."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    name = models.CharField(max_length=200)
    tenant_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.PRODUCTION)
    licensed = models.BooleanField(default=False)  # Digital messaging (Omnichannel)
    voice = models.BooleanField(default=False)  # "Add voice", with the licence of that name
    terms_accepted_at = models.DateTimeField(null=True)
    terms_accepted_by = models.CharField(max_length=150, blank=True)  # a name, as in the audit log
    trial_started_at = models.DateTimeField(null=True)
    trial_ends_at = models.DateTimeField(null=True)  # by itself; "End trial" brings it forward
    keep_events_days = models.PositiveIntegerField(default=KEPT_DAYS)  # of events that were handled; 0: for ever

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(only=True), name="one_organization"),
            models.CheckConstraint(
                condition=~Q(kind=Kind.TRIAL) | Q(trial_started_at__isnull=False, trial_ends_at__isnull=False),
                name="trial_has_a_clock",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    SUPERVISOR = "supervisor", _("Supervisor")
    AGENT = "agent", _("Agent")


class People(UserManager["User"]):
    """Finds who signs in however they write their name's letters, capital or small."""

    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)

    def working(self) -> "models.QuerySet[User]":
        """Everybody who works here, by name."""
        return self.filter(is_active=True).exclude(role="").order_by("first_name", "last_name", "username")


class User(AbstractUser):
    role = models.CharField(max_length=20, choices=Role, blank=True)  # empty: may sign in, sees nothing
    language = models.CharField(max_length=5, blank=True)  # empty: as the browser asks

    reset_mailed_at = models.DateTimeField(null=True)

    objects: ClassVar = People()

    class Meta(AbstractUser.Meta):
        # Upper, for that is how Django asks for iexact.
        constraints: ClassVar = [models.UniqueConstraint(Upper("username"), name="one_person_per_username")]

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.get_username()

    @property
    def works_here(self) -> bool:
        return self.is_active and bool(self.role)

    @property
    def is_administrator(self) -> bool:
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def supervises(self) -> bool:
        return self.is_active and self.role in (Role.ADMINISTRATOR, Role.SUPERVISOR)


class Session(AbstractBaseSession):
    """Django's session with its person beside it, so that all of somebody's can be ended. None: not signed in."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> "type[SessionBase]":
        from centrala.organization.session_store import SessionStore  # which needs this model

        return SessionStore


class Purpose(models.TextChoices):
    SET_UP = "set up", _("Set-up")  # the first administrator
    INVITE = "invite", _("Invitation")
    RESET = "reset", _("New password")


class Link(models.Model):
    """A one-time link. Only the token's hash is kept: the link itself is shown once. Used ones are deleted."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    purpose = models.CharField(max_length=10, choices=Purpose)
    user = models.OneToOneField(User, null=True, on_delete=models.CASCADE)  # null: there is nobody yet
    hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(purpose=Purpose.SET_UP), name="one_set_up_link_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.SET_UP, user__isnull=True)
                | (~Q(purpose=Purpose.SET_UP) & Q(user__isnull=False)),
                name="link_for_somebody_or_set_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.user or ''}".strip()


class AuditEntry(models.Model):
    """Who did what to what. Written by `audit.record`, which masks secrets; the database refuses to change an entry,
    and to delete one except for `audit.forget`."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    at = models.DateTimeField(default=now)
    # No constraint: setting it to null with the account would change the entry.
    actor = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    actor_name = models.CharField(max_length=150)  # stays when the person's account goes
    act = models.CharField(max_length=100)
    target = models.CharField(max_length=500)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    pk: UUID

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(Upper("actor_name"), F("at").desc(), F("id").desc(), name="audit_by_person"),
            models.Index(fields=["act", "-at", "-id"], name="audit_by_act"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.act} {self.target}"
