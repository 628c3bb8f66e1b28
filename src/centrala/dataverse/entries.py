"""Communication Provider Setting Entry: the two ids of each resource."""

from collections.abc import Iterator
from uuid import uuid5

from django.utils.translation import gettext_lazy as _

from centrala.connection.models import Entry, EntryKey
from centrala.dataverse import settings
from centrala.dataverse.columns import Column, Kind, Level, Row
from centrala.dataverse.standard import STANDARD, row, standard, system
from centrala.dataverse.table import Relationship, Table

NAME = "msdyn_occommunicationprovidersettingentry"
PARENT = "msdyn_communicationprovidersettingentid"
# The key is spelled "Grip" in the original and here. Whoever looks for it as it is meant finds it as well.
MEANT = "EventGridAppTenantID"

COLUMNS = (
    Column(
        name=f"{NAME}id",
        schema="msdyn_occommunicationprovidersettingentryId",
        kind=Kind.ID,
        label=_("Communication Provider Setting Entry"),
        level=Level.SYSTEM,
    ),
    Column(name="msdyn_name", kind=Kind.STRING, label=_("Name"), level=Level.APPLICATION, longest=100),
    Column(name="msdyn_key", kind=Kind.STRING, label=_("Key"), longest=100, also={EntryKey.TENANT_ID.value: MEANT}),
    Column(name="msdyn_value", kind=Kind.STRING, label=_("Value"), longest=100),
    Column(
        name=PARENT,
        kind=Kind.LOOKUP,
        label=_("Communication Provider Setting"),
        targets=(settings.NAME,),
    ),
    *STANDARD,
)


def rows() -> Iterator[Row]:
    """An entry is as active as its resource, and changes when either does."""
    by = system()
    for entry in Entry.objects.select_related("connection").order_by("connection__created_at", "id"):
        parent = entry.connection
        yield row(
            COLUMNS,
            {
                f"{NAME}id": uuid5(parent.id, f"entry {entry.key}"),
                "msdyn_name": entry.key,
                "msdyn_key": entry.key,
                "msdyn_value": entry.value,
                f"_{PARENT}_value": settings.reference(parent),
                **standard(
                    active=parent.disconnected_at is None,
                    created=entry.created_at,
                    modified=max(entry.modified_at, parent.modified_at),
                    by=by,
                ),
            },
        )


TABLE = Table(
    name=NAME,
    set_name="msdyn_occommunicationprovidersettingentries",
    label=_("Communication Provider Setting Entry"),
    plural=_("Communication Provider Setting Entries"),
    description=_("The ids of the application that Event Grid uses to call this hub."),
    title=_("Communication Provider Setting Entry columns and data"),
    object_type=10_402,
    shown=("msdyn_key", "msdyn_value", "statecode"),
    columns=COLUMNS,
    relationships=(
        Relationship(name="msdyn_occommunicationprovidersetting_msdyn_entr", column=PARENT, target=settings.NAME),
    ),
    rows=rows,
)
