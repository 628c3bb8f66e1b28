"""Context variable: what a system before the hub may send along with a call, by name.

https://learn.microsoft.com/dynamics365/developer/reference/entities/msdyn_ocliveworkstreamcontextvariable
"""

from collections.abc import Iterator
from uuid import uuid5

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.dataverse import workstreams
from centrala.dataverse.columns import Column, Kind, Level, Option, Row
from centrala.dataverse.standard import STANDARD, row, standard, system
from centrala.dataverse.table import Relationship, Table
from centrala.workstreams.context import ContextVariable

NAME, PARENT = "msdyn_ocliveworkstreamcontextvariable", "msdyn_liveworkstreamid"
TEXT = 192350000
UNUSED = {
    "msdyn_isdisplayable": True,
    "msdyn_islist": False,
    "msdyn_ismodifiable": True,
    "msdyn_issystemdefined": False,
}

COLUMNS = (
    Column(
        name=f"{NAME}id",
        schema="msdyn_ocliveworkstreamcontextvariableId",
        kind=Kind.ID,
        label=_("Context variable"),
        level=Level.SYSTEM,
    ),
    Column(name="msdyn_name", kind=Kind.STRING, label=_("Name"), level=Level.APPLICATION, longest=100),
    Column(name="msdyn_displayname", kind=Kind.STRING, label=_("Display Name"), longest=100),
    Column(
        name="msdyn_datatype",
        kind=Kind.CHOICE,
        label=_("Type"),
        level=Level.APPLICATION,
        options=(
            Option(TEXT, pgettext_lazy("type of a variable", "Text")),
            Option(192350001, pgettext_lazy("type of a variable", "Number")),
            Option(192350100, pgettext_lazy("type of a variable", "Entity Reference")),
        ),
    ),
    Column(
        name=PARENT,
        kind=Kind.LOOKUP,
        label=_("Work stream"),
        level=Level.APPLICATION,
        targets=(workstreams.NAME,),
    ),
    Column(name="msdyn_entitylogicalname", kind=Kind.STRING, label=_("Entity Logical Name"), longest=100),
    Column(name="msdyn_relationshipname", kind=Kind.STRING, label=_("Relation Ship Name"), longest=100),
    Column(name="msdyn_isdisplayable", kind=Kind.BOOLEAN, label=_("Displayable")),
    Column(name="msdyn_islist", kind=Kind.BOOLEAN, label=_("IsList")),
    Column(name="msdyn_ismodifiable", kind=Kind.BOOLEAN, label=_("Modifiable")),
    Column(name="msdyn_issystemdefined", kind=Kind.BOOLEAN, label=_("System Defined")),
    *STANDARD,
)


def rows() -> Iterator[Row]:
    by = system()
    for variable in ContextVariable.objects.select_related("workstream").order_by("workstream_id", "name"):
        yield row(
            COLUMNS,
            {
                f"{NAME}id": uuid5(by.id, f"context variable {variable.pk}"),
                "msdyn_name": variable.name,
                "msdyn_displayname": variable.name,
                "msdyn_datatype": TEXT,
                f"_{PARENT}_value": workstreams.reference(variable.workstream, by=by),
                **UNUSED,
                **standard(active=True, created=variable.created_at, modified=variable.modified_at, by=by),
            },
        )


TABLE = Table(
    name=NAME,
    set_name=f"{NAME}s",
    label=_("Context variable"),
    plural=_("Context variables"),
    description=_("What systems before the hub may send along with a call."),
    title=_("Context variable columns and data"),
    object_type=10_406,
    shown=("msdyn_name", "msdyn_datatype", f"_{PARENT}_value", "statecode"),
    columns=COLUMNS,
    relationships=(
        Relationship(
            name="msdyn_msdyn_liveworkstream_msdyn_ocliveworkstreamcontextvariable_liveworkstreamid",
            column=PARENT,
            target=workstreams.NAME,
        ),
    ),
    rows=rows,
)
