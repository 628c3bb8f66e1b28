"""From Swagger 2.0's schemas to JSON Schema, for answers."""

from collections.abc import Iterator
from typing import Any

from contract.specs import Json, Specs

KEPT = (
    *("type", "format", "pattern", "enum", "required", "multipleOf"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems"),
)
BOUNDS = {
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"minimum": -(2**63), "maximum": 2**63 - 1},
}  # JSON Schema's formats say something about texts alone
BASE = "!base"  # a definition as others build on it: open, and without its choice of subtypes


class Converter:
    """Gathers in `definitions` every definition that a converted schema reaches, by `file.Name`.

    An object takes no property that its definition does not know. A secret, and what can only be written, is none that
    an answer may have. A base with a discriminator is the subtype that its value names.
    """

    def __init__(self, specs: Specs) -> None:
        self._specs = specs
        self.definitions: dict[str, Json] = {}

    def schema(self, file: str, node: Json) -> Json:
        if "$ref" in node:
            return _nullable(node, self._reference(*self._specs.resolve(file, node["$ref"])))
        body = self._open(file, node)
        return _nullable(node, body | _closing(node))

    def _reference(self, file: str, name: str) -> Json:
        key = f"{file}.{name}"
        if key not in self.definitions:
            self.definitions[key] = {}  # for definitions that contain themselves
            node = self._specs.files[file]["definitions"][name]
            chosen = list(self._choices(file, name, node)) if "discriminator" in node else []
            self.definitions[key] = {"allOf": [self._base(file, name), *chosen]} | _closing(node)
        return {"$ref": _pointer(key)}

    def _base(self, file: str, name: str) -> Json:
        key = f"{file}.{name}{BASE}"
        if key not in self.definitions:
            self.definitions[key] = {}
            self.definitions[key] = self._open(file, self._specs.files[file]["definitions"][name])
        return {"$ref": _pointer(key)}

    def _open(self, file: str, node: Json) -> Json:
        converted: dict[str, Any] = {name: node[name] for name in KEPT if name in node}
        if converted.get("type") == "file":
            return {}
        if converted.get("format") in BOUNDS:
            converted = BOUNDS[converted.pop("format")] | converted
        if "enum" in converted:
            newer = self._specs.values(node.get("x-ms-enum", {}).get("name", ""))
            converted["enum"] = list(dict.fromkeys([*converted["enum"], *newer]))
        properties = node.get("properties", {})
        if properties:
            converted["properties"] = {name: self._property(file, one) for name, one in properties.items()}
        if "items" in node:
            converted["items"] = self.schema(file, node["items"])
        if isinstance(node.get("additionalProperties"), dict):
            converted["additionalProperties"] = self.schema(file, node["additionalProperties"])
        if "allOf" in node:
            converted["allOf"] = [self._part(file, one) for one in node["allOf"]]
        return converted

    def _property(self, file: str, node: Json) -> Json:
        secret = node.get("x-ms-secret") and node.get("type") == "string"  # isSecret is marked, too, and answered
        hidden = secret or "read" not in node.get("x-ms-mutability", ["read"])
        return {"not": {}, "$comment": "never answered"} if hidden else self.schema(file, node)

    def _part(self, file: str, node: Json) -> Json:
        return self._base(*self._specs.resolve(file, node["$ref"])) if "$ref" in node else self._open(file, node)

    def _choices(self, file: str, name: str, node: Json) -> Iterator[Json]:
        subtypes = dict(self._subtypes(file, name))
        by = node["discriminator"]
        yield {"required": [by], "properties": {by: {"enum": sorted(subtypes)}}}
        for value, subtype in subtypes.items():
            yield {
                "if": {"properties": {by: {"const": value}}, "required": [by]},
                "then": self._base(file, subtype),
            }

    def _subtypes(self, file: str, base: str) -> Iterator[tuple[str, str]]:
        for name, node in self._specs.files[file]["definitions"].items():
            parents = [self._specs.resolve(file, part["$ref"]) for part in node.get("allOf", []) if "$ref" in part]
            if (file, base) in parents:
                yield node.get("x-ms-discriminator-value", name), name
                yield from self._subtypes(file, name)


def _closing(node: Json) -> Json:
    """Objects that name properties have no others; those that name none are free."""
    described = "properties" in node or "allOf" in node
    return {"unevaluatedProperties": False} if described and "additionalProperties" not in node else {}


def _nullable(node: Json, schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]} if node.get("x-nullable") else schema


def _pointer(key: str) -> str:
    return "#/$defs/" + key.replace("~", "~0").replace("/", "~1")
