"""Programs that may read the provider tables: Dataverse's application users."""

from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from centrala.dataverse import carriers, context_variables, entries, phone_numbers, settings, workstreams


class ApplicationRole(models.TextChoices):
    """The security roles of the original; `READS` says what each may see."""

    ADMINISTRATOR = "administrator", _("Omnichannel administrator")
    AGENT = "agent", _("Omnichannel agent")


READS: dict[str, frozenset[str]] = {
    ApplicationRole.ADMINISTRATOR: frozenset(
        {settings.NAME, entries.NAME, phone_numbers.NAME, carriers.NAME, workstreams.NAME, context_variables.NAME}
    ),
    ApplicationRole.AGENT: frozenset({phone_numbers.NAME}),
}


class ApplicationUser(models.Model):
    """An application of the organisation's directory, by its application (client) id."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    application_id = models.UUIDField(unique=True)
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=ApplicationRole)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    pk: UUID

    class Meta:
        ordering: ClassVar = ["name", "application_id"]

    def __str__(self) -> str:
        return self.name
