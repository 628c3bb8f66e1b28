"""The tables as Power Apps shows them: all of them, one with its columns and data, one row whole."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from centrala.dataverse.access import rows_for
from centrala.dataverse.answers import formatted, plain
from centrala.dataverse.callers import person
from centrala.dataverse.columns import Column, Kind, Reference, Row
from centrala.dataverse.failures import WebApiError
from centrala.dataverse.query import Order, Place, Query, run
from centrala.dataverse.table import Table
from centrala.dataverse.tables import TABLES
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.models import Organization

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 50
COUNTED = {Kind.INTEGER, Kind.BIG_INTEGER}
TYPES: dict[str, "StrOrPromise"] = {
    "Uniqueidentifier": _("Unique identifier"),
    "String": _("Text"),
    "Picklist": _("Choice"),
    "Virtual": _("Choices"),
    "Boolean": _("Yes/no"),
    "State": _("Choice"),
    "Status": _("Choice"),
    "Lookup": _("Lookup"),
    "Owner": _("Lookup"),
    "DateTime": _("Date and time"),
    "Integer": _("Whole number"),
    "BigInt": _("Whole number"),
}


@dataclass(frozen=True)
class Cell:
    """A value as people read and copy it. `id` is the element's, for the button beside it."""

    id: str
    column: Column
    words: str
    link: tuple[str, UUID] | None = None  # a table and the row there that it points to

    @property
    def label(self) -> str:
        return str(self.column.label)


@dataclass(frozen=True)
class Line:
    """A row of a table; its cells in the order of the columns shown."""

    id: UUID
    cells: list[Cell]


class SearchForm(forms.Form):
    search = forms.CharField(label=_("Search"), required=False, max_length=100)


@administrators_only
@require_safe
def tables(request: StaffRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    search = form.cleaned_data["search"] if form.is_valid() else ""
    context = {"form": form, "search": search, "tables": [table for table in TABLES.values() if _fits(table, search)]}
    return render(request, "dataverse/tables.html", context | _around())


@administrators_only
@require_safe
def table(request: StaffRequest, name: str) -> HttpResponse:
    table, rows = _rows(request, name)
    order = (Order(table.fields[table.shown[0]], descending=False),)
    query = Query(expand={}, order=order, after=_place(request.GET.get("after", "")))
    page = run(query, rows, key=table.id_name, page_size=PAGE)
    context = {
        "table": table,
        "lines": [_line(table, row) for row in page.rows],
        "shown": [table.properties[name] for name in table.shown],
        "types": [(column, TYPES[column.kind.attribute_type]) for column in table.columns],
        "following": page.following,
        "later": query.after is not None,
    }
    return render(request, "dataverse/table.html", context | _around())


@administrators_only
@require_safe
def row(request: StaffRequest, name: str, row_id: UUID) -> HttpResponse:
    table, rows = _rows(request, name)
    found = next((row for row in rows if row[table.id_name] == row_id), None)
    if found is None:
        raise Http404
    cells = [_cell(table, found, column) for column in table.columns]
    title = str(found["msdyn_name"])
    return render(request, "dataverse/row.html", {"table": table, "title": title, "cells": cells} | _around())


def _rows(request: StaffRequest, name: str) -> tuple[Table, list[Row]]:
    if name not in TABLES:
        raise Http404
    return TABLES[name], rows_for(person(request.user), TABLES[name])


def _around() -> dict[str, object]:
    """The environment, as Power Apps calls what the hub's organisation is there."""
    return {"environment": Organization.objects.first()}


def _fits(table: Table, search: str) -> bool:
    words = search.strip().casefold()
    names = (table.label, table.plural, table.name, table.description)
    return any(words in str(name).casefold() for name in names)


def _place(text: str) -> Place | None:
    try:
        return Place.parse(text) if text else None
    except WebApiError:
        return None


def _line(table: Table, row: Row) -> Line:
    key = row[table.id_name]
    assert isinstance(key, UUID)
    return Line(key, [_cell(table, row, table.properties[name], place=str(key)) for name in table.shown])


def _cell(table: Table, row: Row, column: Column, *, place: str = "") -> Cell:
    value = row[column.property_name]
    # A number is copied as it is, without the signs that group its digits.
    words = formatted(column, value) if value is not None and column.kind not in COUNTED else None
    link = (value.table, value.id) if isinstance(value, Reference) and value.table in TABLES else None
    name = f"{column.name}-{place}" if place else column.name
    return Cell(name, column, words or ("" if value is None else str(plain(value))), link)
