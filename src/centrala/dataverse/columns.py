"""What a table of Dataverse is made of.

https://learn.microsoft.com/power-apps/developer/data-platform/entity-attribute-metadata
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Reference:
    """What a lookup points to: a row of another table, by its id and its name."""

    id: UUID
    name: str
    table: str  # its logical name


Value = None | bool | int | str | UUID | datetime | Reference
Row = Mapping[str, Value]  # by the names of properties


class Edm(Enum):
    """The types of OData that occur here."""

    GUID = "Edm.Guid"
    STRING = "Edm.String"
    INT32 = "Edm.Int32"
    INT64 = "Edm.Int64"
    BOOLEAN = "Edm.Boolean"
    DATE_TIME = "Edm.DateTimeOffset"


class Kind(Enum):
    """Of a column: its name in AttributeType and in the class of its metadata, and the type of its property."""

    ID = "Uniqueidentifier", "UniqueIdentifier", Edm.GUID
    STRING = "String", "String", Edm.STRING
    CHOICE = "Picklist", "Picklist", Edm.INT32
    CHOICES = "Virtual", "MultiSelectPicklist", Edm.STRING
    BOOLEAN = "Boolean", "Boolean", Edm.BOOLEAN
    STATE = "State", "State", Edm.INT32
    STATUS = "Status", "Status", Edm.INT32
    LOOKUP = "Lookup", "Lookup", Edm.GUID
    OWNER = "Owner", "Lookup", Edm.GUID
    DATE_TIME = "DateTime", "DateTime", Edm.DATE_TIME
    INTEGER = "Integer", "Integer", Edm.INT32
    BIG_INTEGER = "BigInt", "BigInt", Edm.INT64

    def __init__(self, attribute_type: str, metadata_class: str, edm: Edm) -> None:
        self.attribute_type = attribute_type
        self.metadata_class = metadata_class
        self.edm = edm

    @property
    def points(self) -> bool:
        return self in {Kind.LOOKUP, Kind.OWNER}


class Level(Enum):
    """Whether a row needs a value."""

    NONE = "None"
    APPLICATION = "ApplicationRequired"
    SYSTEM = "SystemRequired"


@dataclass(frozen=True)
class Option:
    value: int
    label: "StrOrPromise"


@dataclass(frozen=True, kw_only=True)
class Column:
    """`also` maps a value to another spelling by which filters find it, too.

    Nobody may read what is `secured`: no row here has its value.
    """

    name: str  # the logical one
    kind: Kind
    label: "StrOrPromise"
    schema: str = ""
    level: Level = Level.NONE
    longest: int | None = None
    options: tuple[Option, ...] = ()
    targets: tuple[str, ...] = ()
    secured: bool = False
    also: Mapping[str, str] = field(default_factory=dict)

    @property
    def property_name(self) -> str:
        """As rows and queries name it; lookups have a name of their own there."""
        return f"_{self.name}_value" if self.kind.points else self.name

    @property
    def schema_name(self) -> str:
        return self.schema or self.name
