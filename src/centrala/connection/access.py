"""The only way a view gets a connection: administrators see it, nobody else does."""

from django.db.models import QuerySet

from centrala.connection.models import Connection
from centrala.organization.models import User


def connections_of(user: User) -> QuerySet[Connection]:
    """Of resources of one's own: what a trial borrows is not the administrators' to look after."""
    own = Connection.objects.filter(is_trial=False)
    return own if user.is_administrator else own.none()


def active_connection() -> Connection | None:
    """The one connection in force, a trial's, too; for actions. Views ask connections_of."""
    return Connection.objects.filter(disconnected_at=None).first()


def own_connection() -> Connection | None:
    """As `active_connection`, without a trial's."""
    return Connection.objects.filter(disconnected_at=None, is_trial=False).first()
