"""Communication Provider Setting: the connected resource, and those that were."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from centrala.connection.models import Connection
from centrala.dataverse.columns import Column, Kind, Level, Option, Reference, Row
from centrala.dataverse.standard import MODULE, SERVICE, STANDARD, row, standard, system
from centrala.dataverse.table import Table

NAME = "msdyn_occommunicationprovidersetting"
AZURE = 192350000

COLUMNS = (
    Column(
        name=f"{NAME}id",
        schema="msdyn_occommunicationprovidersettingId",
        kind=Kind.ID,
        label=_("Communication Provider Setting"),
        level=Level.SYSTEM,
    ),
    Column(name="msdyn_name", kind=Kind.STRING, label=_("Name"), level=Level.APPLICATION, longest=100),
    Column(
        name="msdyn_occommunicationprovider",
        schema="msdyn_OcCommunicationProvider",
        kind=Kind.CHOICE,
        label=_("Communication Provider"),
        options=(
            Option(AZURE, "Azure Communication Services"),
            Option(192350001, "Twilio"),
            Option(192350002, "TeleSign"),
            Option(192350003, "Microsoft Teams Phone System"),
        ),
    ),
    Column(name="msdyn_accountsid", schema="msdyn_AccountSID", kind=Kind.STRING, label=_("Account SID"), longest=800),
    Column(name="msdyn_secret", schema="msdyn_Secret", kind=Kind.STRING, label=_("Secret"), longest=100),
    Column(name="msdyn_securesecret", kind=Kind.STRING, label=_("Secure Secret value"), longest=4000, secured=True),
    Column(name="msdyn_istrial", schema="msdyn_isTrial", kind=Kind.BOOLEAN, label=_("Trial account")),
    MODULE,
    Column(name="msdyn_occommunicationproviderdatalocation", kind=Kind.STRING, label=_("Data Location"), longest=800),
    Column(name="msdyn_occommunicationproviderimmutableid", kind=Kind.STRING, label=_("Immutable Id"), longest=800),
    *STANDARD,
)


def reference(connection: Connection) -> Reference:
    return Reference(connection.id, connection.resource_name, NAME)


def rows() -> Iterator[Row]:
    by = system()
    for connection in Connection.objects.order_by("created_at", "id"):
        yield row(
            COLUMNS,
            {
                f"{NAME}id": connection.id,
                "msdyn_name": connection.resource_name,
                "msdyn_occommunicationprovider": AZURE,
                "msdyn_accountsid": connection.resource_id,
                "msdyn_istrial": connection.is_trial,
                "msdyn_appmodule": SERVICE,
                **standard(
                    active=connection.disconnected_at is None,
                    created=connection.created_at,
                    modified=connection.modified_at,
                    by=by,
                ),
            },
        )


TABLE = Table(
    name=NAME,
    set_name=f"{NAME}s",
    label=_("Communication Provider Setting"),
    plural=_("Communication Provider Settings"),
    description=_("The resource that carries voice and SMS."),
    title=_("Communication Provider Setting columns and data"),
    object_type=10_401,
    shown=("msdyn_name", "msdyn_occommunicationprovider", "msdyn_securesecret", "statecode"),
    columns=COLUMNS,
    rows=rows,
)
