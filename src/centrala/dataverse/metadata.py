"""The paths below EntityDefinitions and RelationshipDefinitions."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from centrala.dataverse import answers
from centrala.dataverse.answers import Base
from centrala.dataverse.definitions import entities, relationships
from centrala.dataverse.documents import CAST, OPTIONS, Document, listed, one
from centrala.dataverse.failures import Failure, WebApiError
from centrala.dataverse.options import options_of
from centrala.dataverse.paths import Segment
from centrala.dataverse.tokens import shown

ROOTS: dict[str, Callable[[], tuple[Document, ...]]] = {
    "EntityDefinitions": entities,
    "RelationshipDefinitions": relationships,
}
Found = Document | tuple[Document, ...]


def answer(request: HttpRequest, base: Base, path: list[Segment]) -> HttpResponse:
    """Everybody who may call may read what the tables are. Raises WebApiError."""
    found: Found = ROOTS[path[0].name]()
    found = _keyed(found, path[0])
    for segment in path[1:]:
        found = _step(found, segment)
    options = options_of(request, OPTIONS)
    kind = path[0].name if len(path) == 1 else path[-1].name
    if isinstance(found, Document):
        return answers.answer({"@odata.context": base.context(f"{path[0].name}/$entity"), **one(found, options)})
    value = listed(found, options, kind=kind)
    count = {"@odata.count": len(value)} if options.get("$count") == "true" else {}
    return answers.answer({"@odata.context": base.context(path[0].name), **count, "value": value})


def _step(found: Found, segment: Segment) -> Found:
    """Into a child by its name, or to those of one kind by a cast."""
    if segment.name.startswith(CAST) and segment.key is None:
        kind = segment.name.removeprefix(CAST)
        if isinstance(found, tuple):
            return tuple(document for document in found if document.kind == kind)
        if found.kind == kind:
            return found
    elif isinstance(found, Document) and segment.name in found.children:
        return _keyed(found.children[segment.name], segment)
    raise _missing(segment)


def _keyed(found: Found, segment: Segment) -> Found:
    if segment.key is None:
        return found
    name, value = segment.single()
    if isinstance(found, tuple) and name in {"", "MetadataId", "LogicalName", "SchemaName"}:
        for document in found:
            if document.is_key(name, value):
                return document
        raise Failure.NO_ROW.of(table=segment.name, id=shown(value))
    raise _missing(segment)


def _missing(segment: Segment) -> WebApiError:
    return Failure.NO_SEGMENT.of(segment=shown(segment.name))
