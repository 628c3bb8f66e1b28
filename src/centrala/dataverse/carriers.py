"""Carrier: whom the organisation has numbers from besides Microsoft.

https://learn.microsoft.com/dynamics365/customer-service/develop/reference/entities/msdyn_occarrier
"""

from collections.abc import Iterator
from uuid import uuid5

from django.utils.translation import gettext_lazy as _

from centrala.dataverse.columns import Column, Kind, Level, Reference, Row
from centrala.dataverse.standard import STANDARD, row, standard, system
from centrala.dataverse.table import Table
from centrala.numbers.models import Carrier

NAME = "msdyn_occarrier"

COLUMNS = (
    Column(name=f"{NAME}id", schema="msdyn_occarrierId", kind=Kind.ID, label=_("Carrier"), level=Level.SYSTEM),
    Column(name="msdyn_name", kind=Kind.STRING, label=_("Name"), level=Level.APPLICATION, longest=100),
    *STANDARD,
)


def reference(carrier: Carrier, *, by: Reference) -> Reference:
    """`by` is the organisation's own SYSTEM: carriers of two organisations have ids of their own."""
    return Reference(uuid5(by.id, f"carrier {carrier.pk}"), carrier.name, NAME)


def rows() -> Iterator[Row]:
    by = system()
    for carrier in Carrier.objects.order_by("pk"):
        yield row(
            COLUMNS,
            {
                f"{NAME}id": reference(carrier, by=by).id,
                "msdyn_name": carrier.name,
                **standard(active=True, created=carrier.created_at, modified=carrier.modified_at, by=by),
            },
        )


TABLE = Table(
    name=NAME,
    set_name=f"{NAME}s",
    label=_("Carrier"),
    plural=_("Carriers"),
    description=_("Whom the organisation has numbers from besides Microsoft."),
    title=_("Carrier columns and data"),
    object_type=10_404,
    shown=("msdyn_name", "statecode"),
    columns=COLUMNS,
    rows=rows,
)
