"""The only way a view gets a connection: administrators see it, nobody else does."""

from django.db.models import QuerySet

from centrala.connection.models import Connection
from centrala.organization.models import User


def connections_of(user: User) -> QuerySet[Connection]:
    return Connection.objects.all() if user.is_administrator else Connection.objects.none()


def active_connection() -> Connection | None:
    """The one connection in force, for actions; views ask connections_of."""
    return Connection.objects.filter(disconnected_at=None).first()
