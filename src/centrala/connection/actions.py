"""Connecting the organisation to its Communication Services resource."""

from datetime import datetime
from uuid import UUID

from azure.core.credentials import TokenCredential
from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.azure.cloud import Cloud
from centrala.azure.identifiers import ConnectionString, ResourceId
from centrala.connection.checks import ConnectFields, Reach, eligible, errors_in, wrong_tenant
from centrala.connection.models import LENT, OLD_TOKENS, Connection, Endpoint, EntryKey, Service
from centrala.connection.steps import Step, Tell, nobody
from centrala.errors import Refused
from centrala.organization.audit import changed, record
from centrala.organization.crypto import encrypt
from centrala.organization.models import User
from centrala.organization.standing import standing

__all__ = ["ConnectFields", "FieldsRefused", "connect", "disconnect", "refuse_another", "require_role"]


class FieldsRefused(Refused):
    """Some fields are wrong; `errors` holds the text for each."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def connect(
    *,
    fields: ConnectFields,
    actor: User | None,
    cloud: Cloud | None = None,
    credential: TokenCredential | None = None,
    tell: Tell = nobody,
    anew: bool = False,
    lender: UUID | None = None,
) -> Connection:
    """Checks the five fields against the live cloud and stores the connection. The same resource again is mended in
    place (a rotated key, another application), or taken up where it was left, endpoints and numbers included. `anew` is
    for who saw nothing connected: what somebody else has connected meanwhile, with another application, stays.
    `lender` is the tenant of whoever lends numbers of this resource to a trial.

    Raises FieldsRefused with nothing stored, Refused when the organisation may not connect or another resource is.
    """
    reach = Reach(cloud=cloud or settings.CLOUD, credential=credential, tell=tell)
    if errors := errors_in(fields, tenant_id=_tenant(lender), reach=reach):
        raise FieldsRefused(errors)
    return _store(fields, actor=actor, tell=tell, anew=anew, lender=lender)


def _tenant(lender: UUID | None) -> UUID:
    """Whose the application must be. Raises Refused where the organisation may not connect."""
    organization = eligible(lent=lender is not None)
    return lender or organization.tenant_id


@transaction.atomic
def _store(fields: ConnectFields, *, actor: User | None, tell: Tell, anew: bool, lender: UUID | None) -> Connection:
    tell(Step.STORE)
    resource = fields.parsed_resource
    assert resource is not None
    _one_at_a_time(resource)
    if text := wrong_tenant(fields, _tenant(lender)):  # again: it may have changed while Azure was asked
        raise FieldsRefused({"event_grid_app_tenant_id": text})
    known = Connection.objects.filter(resource_id__iexact=str(resource)).first()
    if anew and known is not None:
        _refuse_meanwhile(known, fields)
    _refuse_lenders(known, lent=lender is not None)
    values = {
        "is_trial": lender is not None,
        "resource_name": resource.name,
        "encrypted_connection_string": encrypt(str(ConnectionString.parse(fields.connection_string))),
        "require_role": _role_is_required(resource, fields),
        "former_applications": _former_applications(known, fields),
        "connected_at": known.connected_at if known and known.disconnected_at is None else now(),
        "disconnected_at": None,
        "key_refused_at": None,
    }
    before = _told(known)
    found, _made = Connection.objects.update_or_create(
        resource_id__iexact=str(resource), defaults=values, create_defaults={**values, "resource_id": str(resource)}
    )
    _keep_entries(found, fields)
    tell(Step.ENDPOINTS)
    for service in Service if lender is None else LENT:
        Endpoint.objects.get_or_create(connection=found, service=service, retires_at=None)
    was, became = changed(before, _told(found))
    record(actor=actor, act="connect", target=str(resource), before=was, after=became)
    return found


def _refuse_meanwhile(known: Connection, fields: ConnectFields) -> None:
    stored = known.entries.filter(key=EntryKey.APP_ID).values_list("value", flat=True).first()
    if known.disconnected_at is None and stored != str(UUID(fields.event_grid_app_id.strip())):
        raise Refused(
            _(
                "Somebody else has connected “%(name)s” meanwhile, with another application. "
                "Look at it first: Phone numbers, Advanced."
            )
            % {"name": known.resource_name}
        )


def _refuse_lenders(known: Connection | None, *, lent: bool) -> None:
    """What was lent never becomes one's own; and nobody lends to themselves."""
    if known is None or known.is_trial == lent:
        return
    if known.is_trial:
        raise Refused(
            _("“%(name)s” lent the numbers of the trial, which are not to be had again. Fix: connect another resource.")
            % {"name": known.resource_name}
        )
    raise Refused(
        _("“%(name)s” was connected as the organisation's own. Fix: lend numbers of another resource.")
        % {"name": known.resource_name}
    )


def _former_applications(known: Connection | None, fields: ConnectFields) -> dict[str, str]:
    """With the one that is replaced now: until its event subscriptions are changed they go on sending its tokens."""
    if known is None:
        return {}
    at = now()
    former = {one: until for one, until in known.former_applications.items() if datetime.fromisoformat(until) > at}
    for replaced in known.entries.filter(key=EntryKey.APP_ID).values_list("value", flat=True):
        former[replaced] = (at + OLD_TOKENS).isoformat()
    former.pop(str(UUID(fields.event_grid_app_id.strip())), None)
    return former


def _role_is_required(resource: ResourceId, fields: ConnectFields) -> bool:
    """Stays as it was for as long as the application does: who mends a key has not taken a role away."""
    return Connection.objects.filter(
        resource_id__iexact=str(resource),
        require_role=True,
        entries__key=EntryKey.APP_ID,
        entries__value=str(UUID(fields.event_grid_app_id.strip())),
    ).exists()


@transaction.atomic
def require_role(*, connection: Connection, actor: User | None) -> None:
    """From now on only tokens with the application's role are taken; Event Grid must have it already."""
    if Connection.objects.filter(pk=connection.pk, require_role=False).update(require_role=True):
        before, after = {"require_role": False}, {"require_role": True}
        record(actor=actor, act="require role", target=connection.resource_id, before=before, after=after)


def _one_at_a_time(resource: ResourceId) -> None:
    """Two administrators at once: the second one waits here, then reads what the first one stored."""
    with database.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('centrala.connect'))")
    refuse_another(resource)
    if not standing().trial_running:  # what has ended a moment ago makes room
        Connection.objects.filter(disconnected_at=None, is_trial=True).update(disconnected_at=now())


def refuse_another(resource: ResourceId) -> None:
    """Raises Refused when another resource than this one is connected; a trial's counts while the trial runs."""
    found = Connection.objects.filter(disconnected_at=None).exclude(resource_id__iexact=str(resource))
    active = (found if standing().trial_running else found.filter(is_trial=False)).first()
    if active is not None:
        raise Refused(
            _("“%(name)s” is connected, and one installation serves one resource. Fix: centrala disconnect.")
            % {"name": active.resource_name}
        )


@transaction.atomic
def disconnect(*, connection: Connection, actor: User | None) -> None:
    """Ends the connection. Its endpoints answer 404 within two seconds; conversations, numbers and endpoints stay, so
    that connecting the same resource again brings everything back. What lies in Azure is not touched. Raises Refused of
    one whose numbers are lent to a trial."""
    if connection.is_trial:
        raise Refused(_("Its numbers are lent to a trial. Fix: end the trial (centrala trial end)."))
    if not Connection.objects.filter(pk=connection.pk, disconnected_at=None).update(disconnected_at=now()):
        return  # somebody was faster
    before, after = {"connected": True}, {"connected": False}
    record(actor=actor, act="disconnect", target=connection.resource_id, before=before, after=after)


def _told(connection: Connection | None) -> dict[str, object]:
    """What the audit log tells of a connection, which masks the connection string."""
    if connection is None:
        return {}
    return {
        "connected": connection.disconnected_at is None,
        "resource_name": connection.resource_name,
        "connection_string": connection.encrypted_connection_string,
        **dict(connection.entries.values_list("key", "value")),
    }


def _keep_entries(found: Connection, fields: ConnectFields) -> None:
    values = {
        EntryKey.APP_ID: fields.event_grid_app_id,
        EntryKey.TENANT_ID: fields.event_grid_app_tenant_id,
    }
    for key, value in values.items():
        found.entries.update_or_create(key=key, defaults={"value": str(UUID(value.strip()))})
