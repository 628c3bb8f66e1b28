"""The published specifications of what is emulated, as one OpenAPI 3 document that stands alone."""

from collections.abc import Iterator
from typing import Any

from contract.conversion import KEPT
from contract.routes import emulated
from contract.specs import Json, Operation, Specs

KINDS = ("path", "query", "header")


class Bundle:
    """`known` gives values by parameter or property name: those that lead beyond the first 404, or stay on loopback."""

    def __init__(self, specs: Specs, known: dict[str, list[Any]]) -> None:
        self._specs, self._known = specs, known
        self._schemas: dict[str, Json] = {}

    def document(self) -> Json:
        paths: dict[str, Json] = {}
        for one in _newest(self._specs):
            paths.setdefault(one.path, {})[one.method.lower()] = self._operation(one)
        return {
            "openapi": "3.0.3",
            "info": {"title": "What is emulated", "version": "1"},
            "paths": paths,
            "components": {"schemas": self._schemas},
        }

    def _operation(self, one: Operation) -> Json:
        item = self._specs.files[one.file]["paths"][one.path]
        described = item[one.method.lower()]
        found = [
            self._parameter(one.file, raw) for raw in [*item.get("parameters", []), *described.get("parameters", [])]
        ]
        operation: dict[str, Any] = {
            "operationId": f"{one.operation_id} {one.version}",
            "parameters": [self._described(file, raw, one) for file, raw in found if raw["in"] in KINDS],
            "responses": {"default": {"description": "Any"}},
        }
        for file, raw in found:
            if raw["in"] == "body":
                content = (described.get("consumes") or ["application/json"])[0]
                schema = self._schema(file, raw["schema"])
                operation["requestBody"] = {
                    "required": raw.get("required", False),
                    "content": {content: {"schema": schema}},
                }
        return operation

    def _parameter(self, file: str, raw: Json) -> tuple[str, Json]:
        if "$ref" not in raw:
            return file, raw
        where, name = self._specs.resolve(file, raw["$ref"])
        return where, self._specs.files[where]["parameters"][name]

    def _described(self, file: str, raw: Json, one: Operation) -> Json:
        name = raw["name"]
        schema = {"type": "string", "enum": [one.version]} if name == "api-version" else self._named(file, name, raw)
        return {"name": name, "in": raw["in"], "required": raw["in"] == "path" or raw.get("required", False)} | {
            "schema": schema
        }

    def _named(self, file: str, name: str, node: Json) -> Json:
        return {"type": "string", "enum": self._known[name]} if name in self._known else self._schema(file, node)

    def _schema(self, file: str, node: Json) -> Json:
        if "$ref" in node:
            return self._reference(*self._specs.resolve(file, node["$ref"]))
        schema = {name: node[name] for name in KEPT if name in node and not (name == "required" and node[name] is True)}
        if "properties" in node:
            schema["properties"] = {name: self._named(file, name, one) for name, one in node["properties"].items()}
        if "items" in node:
            schema["items"] = self._schema(file, node["items"])
        if isinstance(node.get("additionalProperties"), dict):
            schema["additionalProperties"] = self._schema(file, node["additionalProperties"])
        if "allOf" in node:
            schema["allOf"] = [self._schema(file, one) for one in node["allOf"]]
        return schema

    def _reference(self, file: str, name: str) -> Json:
        key = f"{file.removesuffix('.json')}.{name}"
        if key not in self._schemas:
            self._schemas[key] = {}
            node = self._specs.files[file]["definitions"][name]
            subtypes = list(self._subtypes(file, name, node)) if "discriminator" in node else []
            self._schemas[key] = {"oneOf": subtypes} if subtypes else self._schema(file, node)
        return {"$ref": f"#/components/schemas/{key}"}

    def _subtypes(self, file: str, base: str, node: Json) -> Iterator[Json]:
        """Each with its base's properties beside its own, because bases refer to subtypes here."""
        by = node["discriminator"]
        for name, one in self._specs.files[file]["definitions"].items():
            parents = [self._specs.resolve(file, part["$ref"]) for part in one.get("allOf", []) if "$ref" in part]
            if (file, base) in parents:
                merged = {
                    "type": "object",
                    "required": sorted({by, *node.get("required", []), *one.get("required", [])}),
                    "properties": node.get("properties", {})
                    | one.get("properties", {})
                    | {by: {"type": "string", "enum": [one.get("x-ms-discriminator-value", name)]}},
                }
                yield self._schema(file, merged)


def _newest(specs: Specs) -> Iterator[Operation]:
    """Each emulated operation by its newest complete specification."""
    found = {specs.find(one.method, one.sample, "9999") for one in emulated()}
    return (one for one in specs.operations if one in found)
