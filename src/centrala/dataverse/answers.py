"""Rows as JSON, with the annotations that were asked for.

https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext

from centrala.dataverse.columns import Column, Kind, Reference, Row, Value
from centrala.dataverse.failures import WebApiError
from centrala.dataverse.options import FORMATTED, LOGICAL_NAME, NAVIGATION, Preferences
from centrala.dataverse.table import Table

Json = dict[str, object]


def answer(body: Json, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return _respond(json.dumps(body, ensure_ascii=False), "application/json; odata.metadata=minimal", status, headers)


def text(words: str, *, kind: str = "text/plain; charset=utf-8") -> HttpResponse:
    return _respond(words, kind, 200, None)


def failure(error: WebApiError) -> HttpResponse:
    body: Json = {"error": {"code": error.code, "message": error.message}}
    return answer(body, status=error.status, headers=error.headers)


def _respond(body: str, kind: str, status: int, headers: Mapping[str, str] | None) -> HttpResponse:
    return HttpResponse(body, kind, status, headers={"OData-Version": "4.0", **(headers or {})})


class Base:
    """The address of the service as the caller's version has it."""

    def __init__(self, version: str) -> None:
        self.url = f"{settings.PUBLIC_URL}/api/data/{version}/"

    def context(self, fragment: str) -> str:
        return f"{self.url}$metadata#{fragment}"


def context_of(table: Table, select: Iterable[str] | None, expand: Mapping[str, tuple[str, ...] | None]) -> str:
    """The set's name and, where not everything is told, the names of what is."""
    names = [*(select or ()), *(f"{name}({','.join(inner or ())})" for name, inner in expand.items())]
    return f"{table.set_name}({','.join(names)})" if names else table.set_name


def etag(row: Row) -> str:
    return f'W/"{row["versionnumber"]}"'


def entity(table: Table, row: Row, select: Iterable[str] | None, preferences: Preferences) -> Json:
    """A row's own properties. The id is always told."""
    wanted = {*select, table.id_name} if select is not None else table.properties.keys()
    found: Json = {"@odata.etag": etag(row)}
    for name, column in table.properties.items():
        if name in wanted:
            found |= _annotations(column, row[name], preferences)
            found[name] = plain(row[name])
    return found


def plain(value: Value) -> object:
    match value:
        case Reference():
            return str(value.id)
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case _:
            return value


def _annotations(column: Column, value: Value, preferences: Preferences) -> Json:
    if not preferences.annotations or value is None:
        return {}
    name, found = column.property_name, {}
    if isinstance(value, Reference):
        if preferences.wants(NAVIGATION) and column.kind is Kind.LOOKUP:
            found[f"{name}@{NAVIGATION}"] = column.name
        if preferences.wants(LOGICAL_NAME):
            found[f"{name}@{LOGICAL_NAME}"] = value.table
    if preferences.wants(FORMATTED) and (words := formatted(column, value)) is not None:
        found[f"{name}@{FORMATTED}"] = words
    return dict(found)


def formatted(column: Column, value: Value) -> str | None:
    """As a person reads the value, in the language of the request; None where the value says it itself."""
    match value:
        case Reference():
            return value.name
        case datetime():
            return date_format(value, "SHORT_DATETIME_FORMAT")
        case bool():
            return gettext("Yes") if value else gettext("No")
        case int() if column.options:
            return next((str(option.label) for option in column.options if option.value == value), None)
        case int():
            return number_format(value, force_grouping=True)
        case str() if column.kind is Kind.CHOICES:
            labels = {str(option.value): str(option.label) for option in column.options}
            return "; ".join(labels.get(one, one) for one in value.split(","))
        case _:
            return None
