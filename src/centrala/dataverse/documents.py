"""Definitions as JSON documents: picked by path, filtered and cut to what was selected. They are few and never page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Union

from centrala.dataverse.columns import Edm, Value
from centrala.dataverse.conditions import Field
from centrala.dataverse.failures import Failure
from centrala.dataverse.filters import parse
from centrala.dataverse.query import number, ordered
from centrala.dataverse.tokens import shown

OPTIONS = {"$select", "$filter", "$expand", "$orderby", "$top", "$count", "LabelLanguages", "$format"}
EXPANSION = re.compile(r"\s*+(\w++)\s*+(?:\(([^()]*+)\))?\s*+(,|\Z)", re.ASCII)
CAST = "Microsoft.Dynamics.CRM."
Json = dict[str, object]
Children = Mapping[str, Union["Document", tuple["Document", ...]]]


@dataclass(frozen=True)
class Document:
    """`kind` names its class of metadata; `children` are told only when they are asked for, by path or $expand."""

    kind: str
    properties: Json
    children: Children = field(default_factory=dict)
    typed: bool = False  # its kind is told: it stands among others of other kinds

    def is_key(self, name: str, value: str) -> bool:
        return str(self.properties.get(name or "MetadataId", "")).lower() == value.lower()

    def told(self, options: Mapping[str, str]) -> Json:
        """Raises WebApiError for a child that is not there."""
        body: Json = {"@odata.type": f"#{CAST}{self.kind}"} if self.typed else {}
        wanted = [name.strip() for name in options["$select"].split(",")] if "$select" in options else None
        body |= {name: value for name, value in self.properties.items() if wanted is None or name in wanted}
        if wanted is not None and "MetadataId" in self.properties:
            body["MetadataId"] = self.properties["MetadataId"]
        return body | self._expanded(options.get("$expand"))

    def _expanded(self, text: str | None) -> Json:
        found: Json = {}
        at = 0
        while text is not None and (at < len(text) or not found):
            part = EXPANSION.match(text, at)
            if part is None:
                raise Failure.NOT_IMPLEMENTED.of(what="An $expand within an $expand")
            if part[1] not in self.children:
                raise Failure.NO_PROPERTY.of(name=shown(part[1]), type=self.kind)
            found[part[1]] = self._child(part[1], _inner(part[2] or ""))
            at = part.end()
        return found

    def _child(self, name: str, options: Mapping[str, str]) -> object:
        child = self.children[name]
        return one(child, options) if isinstance(child, Document) else listed(child, options, kind=name)


def _inner(text: str) -> dict[str, str]:
    """The options within an $expand's brackets."""
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    options = {name.strip(): value for name, _equals, value in pairs}
    if not set(options) <= {"$select", "$filter"}:
        raise Failure.NOT_IMPLEMENTED.of(what="An $expand with more than $select and $filter")
    return options


def listed(documents: Sequence[Document], options: Mapping[str, str], *, kind: str) -> list[Json]:
    """Raises WebApiError."""
    _check_select(documents, options, kind)
    fields = {name: known for document in documents for name, known in _fields(document).items()}
    found = [document for document in documents if _holds(document, options.get("$filter"), fields, kind)]
    for order in reversed(ordered(options.get("$orderby", ""), fields, kind)):
        found.sort(key=lambda one, by=order.field: str(by.value(_row(one, fields))), reverse=order.descending)  # type: ignore[misc]
    top = options.get("$top")
    return [document.told(options) for document in (found if top is None else found[: number(top)])]


def one(document: Document, options: Mapping[str, str]) -> Json:
    """Raises WebApiError."""
    _check_select([document], options, document.kind)
    return document.told(options)


def _check_select(documents: Sequence[Document], options: Mapping[str, str], kind: str) -> None:
    """A property is known when any of them has it: they are of several kinds."""
    known = {name for document in documents for name in document.properties}
    for name in options["$select"].split(",") if documents and "$select" in options else ():
        if name.strip() not in known:
            raise Failure.NO_PROPERTY.of(name=shown(name.strip()), type=kind)


def _holds(document: Document, text: str | None, fields: Mapping[str, Field], kind: str) -> bool:
    return text is None or parse(text, fields, type_name=kind).holds(_row(document, fields))


def _row(document: Document, fields: Mapping[str, Field]) -> dict[str, Value]:
    known = _fields(document)
    return {name: document.properties[name] if name in known else None for name in fields}  # type: ignore[misc]


def _fields(document: Document) -> dict[str, Field]:
    """By what conditions may ask: what has a plain value."""
    types = {bool: Edm.BOOLEAN, int: Edm.INT32, str: Edm.STRING}
    return {
        name: Field(name, Edm.GUID if name == "MetadataId" else types[type(value)])
        for name, value in document.properties.items()
        if type(value) in types
    }
