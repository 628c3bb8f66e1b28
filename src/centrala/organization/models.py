"""The organisation, its people, and what they did."""

from typing import ClassVar
from uuid import UUID, uuid4

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    PRODUCTION = "production", _("Production")
    SANDBOX = "sandbox", _("Sandbox")
    TRIAL = "trial", _("Trial")


class Organization(models.Model):
    """The one organisation this hub belongs to. `tenant_id` is its Microsoft Entra directory."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    name = models.CharField(max_length=200)
    tenant_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.PRODUCTION)
    licensed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(only=True), name="one_organization")]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    SUPERVISOR = "supervisor", _("Supervisor")
    AGENT = "agent", _("Agent")


class User(AbstractUser):
    role = models.CharField(max_length=20, choices=Role, blank=True)  # empty: may sign in, sees nothing
    language = models.CharField(max_length=5, blank=True)  # empty: as the browser asks

    @property
    def works_here(self) -> bool:
        return self.is_active and bool(self.role)

    @property
    def is_administrator(self) -> bool:
        return self.is_active and self.role == Role.ADMINISTRATOR


class AuditEntry(models.Model):
    """Who did what to what. Values are masked by whoever writes the entry; secrets never come here."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=150)  # stays when the person's account goes
    act = models.CharField(max_length=100)
    target = models.CharField(max_length=300)
    detail = models.JSONField(default=dict)

    pk: UUID

    class Meta:
        ordering: ClassVar = ["-at"]
        indexes: ClassVar = [models.Index(fields=["-at"])]
