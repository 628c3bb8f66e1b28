"""Work Stream: how a channel behaves. What the original's page does not name (the values of its channels) is left out.

https://learn.microsoft.com/dynamics365/developer/reference/entities/msdyn_liveworkstream
"""

from collections.abc import Iterator
from uuid import uuid5

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.dataverse.columns import Column, Kind, Level, Option, Reference, Row
from centrala.dataverse.standard import STANDARD, row, standard, system
from centrala.dataverse.table import Table
from centrala.workstreams.models import Workstream

NAME = "msdyn_liveworkstream"
SIMPLIFIED, INBOUND, PUSH = 717210001, 0, 192350000
CAPACITY, WRAP_UP = "msdyn_capacityrequired", "msdyn_blockcapacityforwrapupinseconds"
CODES = "msdyn_requiredispositioncodeforworkstreamconversations"

COLUMNS = (
    Column(name=f"{NAME}id", schema="msdyn_liveworkstreamId", kind=Kind.ID, label=_("Work Stream"), level=Level.SYSTEM),
    Column(name="msdyn_name", kind=Kind.STRING, label=_("Name"), level=Level.APPLICATION, longest=100),
    Column(
        name="msdyn_mode",
        kind=Kind.CHOICE,
        label=pgettext_lazy("work stream", "Mode"),
        options=(
            Option(717210000, pgettext_lazy("work stream", "Legacy")),
            Option(SIMPLIFIED, pgettext_lazy("work stream", "Simplified")),
        ),
    ),
    Column(
        name="msdyn_direction",
        kind=Kind.CHOICE,
        label=_("Direction"),
        level=Level.APPLICATION,
        options=(
            Option(INBOUND, pgettext_lazy("work stream", "Inbound")),
            Option(1, pgettext_lazy("work stream", "Outbound")),
            Option(2, pgettext_lazy("work stream", "Direct Inbound")),
            Option(3, pgettext_lazy("work stream", "Direct Outbound")),
            Option(4, pgettext_lazy("work stream", "ProactiveOutbound")),
        ),
    ),
    Column(
        name="msdyn_workdistributionmode",
        kind=Kind.CHOICE,
        label=_("Work Distribution Mode"),
        level=Level.APPLICATION,
        options=(
            Option(PUSH, pgettext_lazy("work stream", "Push")),
            Option(192350001, pgettext_lazy("work stream", "Pick")),
        ),
    ),
    Column(
        name=CAPACITY,
        schema="msdyn_CapacityRequired",
        kind=Kind.INTEGER,
        label=_("Capacity"),
        level=Level.APPLICATION,
    ),
    Column(name="msdyn_enableagentaffinity", kind=Kind.BOOLEAN, label=_("Keep same agent for entire conversation")),
    Column(name=WRAP_UP, kind=Kind.INTEGER, label=_("Block capacity for wrap up state in seconds")),
    Column(name=CODES, kind=Kind.BOOLEAN, label=_("Requires disposition codes to close conversations for workstream")),
    *STANDARD,
)


def reference(workstream: Workstream, *, by: Reference) -> Reference:
    """`by` is the organisation's own SYSTEM: work streams of two organisations have ids of their own."""
    return Reference(uuid5(by.id, f"workstream {workstream.pk}"), workstream.name, NAME)


def rows() -> Iterator[Row]:
    by = system()
    for workstream in Workstream.objects.order_by("pk"):
        yield row(
            COLUMNS,
            {
                f"{NAME}id": reference(workstream, by=by).id,
                "msdyn_name": workstream.name,
                "msdyn_mode": SIMPLIFIED,
                "msdyn_direction": INBOUND,
                "msdyn_workdistributionmode": PUSH,
                CAPACITY: workstream.units,
                "msdyn_enableagentaffinity": workstream.keep_same_agent,
                WRAP_UP: workstream.wrap_up_seconds,
                CODES: workstream.code_required,
                **standard(active=True, created=workstream.created_at, modified=workstream.modified_at, by=by),
            },
        )


TABLE = Table(
    name=NAME,
    set_name=f"{NAME}s",
    label=_("Work Stream"),
    plural=_("Work Streams"),
    description=_("How conversations of a channel are given to agents."),
    title=_("Work Stream columns and data"),
    object_type=10_405,
    shown=("msdyn_name", CAPACITY, "statecode"),
    columns=COLUMNS,
    rows=rows,
)
