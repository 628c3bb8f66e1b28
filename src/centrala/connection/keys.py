"""The access key in the stored connection string: whether the service still takes it, and a new one in its place."""

from azure.core.credentials import TokenCredential
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.azure import phone_numbers, resources
from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ConnectionString, ResourceId
from centrala.connection.actions import ConnectFields, FieldsRefused
from centrala.connection.azure_words import in_words
from centrala.connection.checks import SECONDS, Reach, string_errors_in
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.organization.audit import record
from centrala.organization.crypto import encrypt
from centrala.organization.models import User

REFUSING = {401, 403}


def check(connection: Connection) -> bool | None:
    """Asks the service, and keeps since when it refuses the key; None when it could not be asked, and nothing changes.

    Only a change is written, and only if the string is still the one that was tried.
    """
    try:
        phone_numbers.try_key(connection=connection.connection_string, cloud=settings.CLOUD)
    except AzureError as error:
        if error.status not in REFUSING:
            return None
        _same(connection).filter(key_refused_at=None).update(key_refused_at=now())
        return False
    _same(connection).exclude(key_refused_at=None).update(key_refused_at=None)
    return True


def repair(
    *, connection: Connection, connection_string: str, actor: User | None, credential: TokenCredential | None = None
) -> None:
    """Stores another connection string of the same resource, once the service takes it; nothing else changes.

    Raises FieldsRefused, or Refused when the resource has been disconnected meanwhile.
    """
    fields = ConnectFields(
        resource_name=connection.resource_name,
        resource_id=connection.resource_id,
        connection_string=connection_string,
        event_grid_app_id="",
        event_grid_app_tenant_id="",
    )
    if text := string_errors_in(fields, reach=Reach(cloud=settings.CLOUD, credential=credential)):
        raise FieldsRefused({"connection_string": text})
    _store(connection, str(ConnectionString.parse(connection_string)), actor)


def read_in_azure(resource: ResourceId, credential: TokenCredential) -> str:
    """The connection string as the resource has it now. Raises FieldsRefused where its keys may not be read."""
    try:
        return resources.read_connection_string(resource, credential=credential, cloud=settings.CLOUD.within(SECONDS))
    except AzureError as error:
        text = _("Azure does not give you this resource's keys: %(reason)s Paste the connection string.")
        raise FieldsRefused({"connection_string": text % {"reason": in_words(error)}}) from None


@transaction.atomic
def _store(connection: Connection, text: str, actor: User | None) -> None:
    before = connection.encrypted_connection_string
    found = Connection.objects.filter(pk=connection.pk, disconnected_at=None)
    if not found.update(encrypted_connection_string=encrypt(text), key_refused_at=None):
        raise Refused(_("“%(name)s” is not connected any more.") % {"name": connection.resource_name})
    record(
        actor=actor,
        act="repair connection string",
        target=connection.resource_id,
        before={"connection_string": before},
        after={"connection_string": text},
    )


def _same(connection: Connection) -> QuerySet[Connection]:
    return Connection.objects.filter(
        pk=connection.pk, encrypted_connection_string=connection.encrypted_connection_string
    )
