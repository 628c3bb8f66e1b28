"""The columns that every table has, and their values."""

from datetime import datetime
from uuid import UUID, uuid5

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.dataverse.columns import Column, Kind, Level, Option, Reference, Row, Value
from centrala.organization.models import Organization

ACTIVE, INACTIVE = 0, 1
ACTIVE_STATUS, INACTIVE_STATUS = 1, 2
OF_A_ROW = pgettext_lazy("row of a table", "Active"), pgettext_lazy("row of a table", "Inactive")
USER = "systemuser"

STATE = (
    Column(
        name="statecode",
        kind=Kind.STATE,
        label=pgettext_lazy("row of a table", "Status"),
        level=Level.SYSTEM,
        options=(Option(ACTIVE, OF_A_ROW[0]), Option(INACTIVE, OF_A_ROW[1])),
    ),
    Column(
        name="statuscode",
        kind=Kind.STATUS,
        label=_("Status Reason"),
        options=(Option(ACTIVE_STATUS, OF_A_ROW[0]), Option(INACTIVE_STATUS, OF_A_ROW[1])),
    ),
)
KEPT = (
    Column(name="createdon", schema="CreatedOn", kind=Kind.DATE_TIME, label=_("Created On")),
    Column(name="createdby", schema="CreatedBy", kind=Kind.LOOKUP, label=_("Created By"), targets=(USER,)),
    Column(name="modifiedon", schema="ModifiedOn", kind=Kind.DATE_TIME, label=_("Modified On")),
    Column(name="modifiedby", schema="ModifiedBy", kind=Kind.LOOKUP, label=_("Modified By"), targets=(USER,)),
    Column(
        name="ownerid", schema="OwnerId", kind=Kind.OWNER, label=_("Owner"), level=Level.SYSTEM, targets=(USER, "team")
    ),
    Column(name="overriddencreatedon", schema="OverriddenCreatedOn", kind=Kind.DATE_TIME, label=_("Record Created On")),
    Column(
        name="importsequencenumber",
        schema="ImportSequenceNumber",
        kind=Kind.INTEGER,
        label=_("Import Sequence Number"),
    ),
    Column(
        name="timezoneruleversionnumber",
        schema="TimeZoneRuleVersionNumber",
        kind=Kind.INTEGER,
        label=_("Time Zone Rule Version Number"),
    ),
    Column(
        name="utcconversiontimezonecode",
        schema="UTCConversionTimeZoneCode",
        kind=Kind.INTEGER,
        label=_("UTC Conversion Time Zone Code"),
    ),
    Column(name="versionnumber", schema="VersionNumber", kind=Kind.BIG_INTEGER, label=_("Version Number")),
)
STANDARD = (*STATE, *KEPT)

MODULE = Column(
    name="msdyn_appmodule",
    kind=Kind.CHOICES,
    label=_("Application module"),
    options=(Option(192350000, pgettext_lazy("application module", "Service")),),
)
SERVICE = "192350000"


def system() -> Reference:
    """The user in whose name the hub itself acts, as SYSTEM in every organisation of Dataverse."""
    return Reference(uuid5(organization_id(), "SYSTEM"), "SYSTEM", USER)


def organization_id() -> UUID:
    found = Organization.objects.first()
    return found.tenant_id if found else UUID(int=0)


def standard(*, active: bool, created: datetime, modified: datetime, by: Reference) -> dict[str, Value]:
    """The version counts microseconds, so that it grows with each change and outlives a backup."""
    return {
        "statecode": ACTIVE if active else INACTIVE,
        "statuscode": ACTIVE_STATUS if active else INACTIVE_STATUS,
        "createdon": created,
        "_createdby_value": by,
        "modifiedon": modified,
        "_modifiedby_value": by,
        "_ownerid_value": by,
        "versionnumber": int(modified.timestamp() * 1_000_000),
    }


def row(columns: tuple[Column, ...], values: dict[str, Value]) -> Row:
    """Whole: null where there is no value. Nothing is in it that nobody may read."""
    known = {column.property_name for column in columns if not column.secured}
    assert values.keys() <= known, "a value of no column, or of a secured one"
    return {column.property_name: values.get(column.property_name) for column in columns}
