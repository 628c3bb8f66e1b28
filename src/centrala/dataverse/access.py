"""Who calls the Web API, and what that caller may read."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from centrala.dataverse.columns import Row
from centrala.dataverse.failures import Failure
from centrala.dataverse.models import READS, ApplicationRole, ApplicationUser
from centrala.dataverse.table import Table
from centrala.organization.models import User


@dataclass(frozen=True)
class Caller:
    """`id` is what WhoAmI tells."""

    id: UUID
    name: str
    reads: frozenset[str]  # logical names of tables


ALL = READS[ApplicationRole.ADMINISTRATOR]


def rows_for(caller: Caller, table: Table) -> list[Row]:
    """Raises WebApiError."""
    if table.name not in caller.reads:
        raise Failure.NO_PRIVILEGE.of(id=caller.id, name=caller.name, table=table.name)
    return list(table.rows())


def application_users_of(user: User) -> QuerySet[ApplicationUser]:
    return ApplicationUser.objects.all() if user.is_administrator else ApplicationUser.objects.none()
