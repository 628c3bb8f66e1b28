"""JSON Schemas of ours, written from the documentation, for what Microsoft publishes no specification of.

A file of schemas/ has `errors` by service, and `answers`: method, path (a template of ours, names of parameters do not
matter), and by status a schema, null for no body, or the content type of what is no JSON; "*/*" is whatever a client
put there. Objects are closed. What a service says in XML is judged as an object of the elements' texts. An answer may
name the `versions` of an API that it is for: previews, of which the specifications at hand have only what was stable.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from xml.etree import ElementTree

from contract.routes import shape
from contract.specs import COMMON_TYPES, OURS, Json
from contract.validators import Validator
from localazure.control.openapi import describe
from localazure.control.routes import ROUTES

JSON, XML, ANYTHING = "application/json", "application/xml", "*/*"


@dataclass(frozen=True)
class Answer:
    """`content` is the content type, empty where there is no body."""

    content: str
    validator: Validator


@dataclass(frozen=True)
class Answers:
    file: str
    by_status: dict[int, Answer]


def answers(method: str, template: str, version: str = "") -> Answers | None:
    return _all().get((method, template, version)) or _all().get((method, template, ""))


def told(body: str) -> Json:
    """An answer in XML as an object: its root, and of that the children's texts."""
    root = ElementTree.fromstring(body)
    return {root.tag: {child.tag: child.text or "" for child in root}}


def envelope(service: str) -> Validator:
    return _envelopes()[service or "arm"]


@cache
def control(method: str, path: str) -> Answers:
    """What the control API's own description says."""
    document = describe(ROUTES, "http://localhost")
    described = document["paths"][path][method.lower()]["responses"]
    found = {
        int(status): Answer(JSON, Validator(one["content"][JSON]["schema"] | {"components": document["components"]}))
        for status, one in described.items()
    }
    return Answers("control API", found)


@cache
def _all() -> dict[tuple[str, str, str], Answers]:
    return {
        (one["method"], shape(one["path"]), version): Answers(name, dict(_answers(document, one)))
        for name, document in _documents()
        for one in document.get("answers", [])
        for version in one.get("versions", [""])
    }


@cache
def _envelopes() -> dict[str, Validator]:
    return {
        service: Validator(schema | {"$defs": document["$defs"]})
        for _, document in _documents()
        for service, schema in document.get("errors", {}).items()
    }


def _documents() -> Iterator[tuple[str, Json]]:
    for path in sorted(OURS.glob("*.json")):
        if path.name != COMMON_TYPES:
            yield path.name, json.loads(path.read_text())


def _answers(document: Json, one: Json) -> Iterator[tuple[int, Answer]]:
    for status, schema in one["answers"].items():
        if schema is None or isinstance(schema, str):
            yield int(status), Answer(schema or "", Validator({}))
        else:
            yield int(status), Answer(JSON, Validator(schema | {"$defs": document["$defs"]}))
