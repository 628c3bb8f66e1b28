"""The control API's OpenAPI document, made from its routes and types."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from localazure.routing import Route

Json = dict[str, Any]  # OpenAPI's objects


@dataclass(frozen=True)
class Described(Route):
    """A route with what its description says: one line, the answer's type, the body's type, names in the query."""

    summary: str
    answer: type
    body: type | None = None
    query: tuple[str, ...] = ()
    status: int = 200


def describe(routes: Sequence[Described], server: str) -> Json:
    kinds = [kind for route in routes for kind in (route.answer, route.body) if kind is not None]
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    by_kind = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(route.template, {})[route.method.lower()] = _operation(route, by_kind)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Local cloud: control API", "version": "1"},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": components},
    }


def _operation(route: Described, schemas: dict[type, Json]) -> Json:
    operation: Json = {
        "summary": route.summary,
        "operationId": route.handle.__name__,
        "responses": {str(route.status): {"description": "Done", "content": _json(schemas[route.answer])}},
        "parameters": [{"name": name, "in": "query", "schema": {"type": "string"}} for name in route.query],
    }
    if route.body:
        operation["requestBody"] = {"required": True, "content": _json(schemas[route.body])}
    return operation


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}
