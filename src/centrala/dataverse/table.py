"""A table: its names and columns, and where its rows come from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from centrala.dataverse.columns import Column, Row
from centrala.dataverse.conditions import Field

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

METADATA = UUID("6c6f63a1-7461-4c6f-8361-646174617665")  # the namespace of what is the same in every installation


def metadata_id(name: str) -> UUID:
    return uuid5(METADATA, name)


@dataclass(frozen=True, kw_only=True)
class Relationship:
    """From a lookup column to the table it points to."""

    name: str
    column: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """`rows` reads them all: these tables have a row for each resource, its two ids,
    its numbers and carriers, each work stream and its variables."""

    name: str  # the logical one
    set_name: str
    label: "StrOrPromise"
    plural: "StrOrPromise"
    description: "StrOrPromise"
    title: "StrOrPromise"  # over its columns and data
    object_type: int
    shown: tuple[str, ...]  # the columns that a page shows first
    columns: tuple[Column, ...]
    relationships: tuple[Relationship, ...] = ()
    rows: Callable[[], Iterable[Row]]

    @property
    def id_name(self) -> str:
        return f"{self.name}id"

    @cached_property
    def properties(self) -> dict[str, Column]:
        return {column.property_name: column for column in self.columns}

    @cached_property
    def navigation(self) -> dict[str, Relationship]:
        """By the name under which a lookup is expanded."""
        return {relationship.column: relationship for relationship in self.relationships}

    @cached_property
    def fields(self) -> dict[str, Field]:
        """What a condition may name: the properties, and a lookup's id also by way of what it points to."""
        fields = {
            name: Field(name, column.kind.edm, secured=column.secured, also=column.also)
            for name, column in self.properties.items()
        }
        for relationship in self.relationships:
            fields[f"{relationship.column}/{relationship.target}id"] = fields[f"_{relationship.column}_value"]
        return fields
