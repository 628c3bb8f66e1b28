"""New endpoints: every service gets a new address, and the old ones answer a day more."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.connection.models import Connection, Endpoint, Service
from centrala.errors import Refused
from centrala.organization.audit import record
from centrala.organization.models import User

OLD_ANSWER = timedelta(hours=24)


@transaction.atomic
def rotate(*, connection: Connection, actor: User | None, seen: str, at: datetime | None = None) -> datetime:
    """Answers until when the old ones answer. `seen` is what `version` said when the person looked.

    Raises Refused when the endpoints are others by now (somebody was faster, or pressed twice), or it is disconnected.
    """
    at = at or now()
    Connection.objects.select_for_update().get(pk=connection.pk)
    if not Connection.objects.filter(pk=connection.pk, disconnected_at=None).exists():
        raise Refused(_("“%(name)s” is not connected any more.") % {"name": connection.resource_name})
    if version(connection) != seen:
        raise Refused(_("The endpoints are new already. Nothing was changed."))
    until = at + OLD_ANSWER
    connection.endpoints.filter(retires_at=None).update(retires_at=until)
    for service in Service:
        Endpoint.objects.create(connection=connection, service=service)
    record(
        actor=actor, act="new endpoints", target=connection.resource_id, before={}, after={"old_answer_until": until}
    )
    return until


def version(connection: Connection) -> str:
    """Another one after each rotation."""
    ids = connection.endpoints.filter(retires_at=None).order_by("service").values_list("pk", flat=True)
    return "-".join(str(one)[:8] for one in ids)


def retiring(connection: Connection, *, at: datetime | None = None) -> list[Endpoint]:
    """The old ones that still answer, the next to fall silent first."""
    return list(connection.endpoints.filter(retires_at__gt=at or now()).order_by("retires_at", "service"))
