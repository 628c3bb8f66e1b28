"""Holds an answer against whoever has authority over it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from jsonschema.exceptions import ValidationError

from contract import deviation, own, sdk
from contract.conversion import Converter
from contract.recorded import Exchange
from contract.routes import Emulated, answering
from contract.specs import Json, Operation, Specs
from contract.validators import Validator

POLLING = {"location", "azure-asyncoperation", "operation-location"}
CLOSED = "unevaluatedProperties"
SHOWN = 120  # characters of what was seen


@dataclass(frozen=True, order=True)
class Violation:
    """`at` is a JSON path, or `status`, `headers`, `body`."""

    operation: str
    at: str
    expected: str
    seen: str

    def __str__(self) -> str:
        return f"{self.operation}\n    at {self.at}: expected {self.expected}\n    seen {self.seen}"


@dataclass(frozen=True)
class Authority:
    """Who says what an operation answers. Without any of the three nobody does."""

    swagger: Operation | None = None
    model: sdk.Model | None = None
    schema: own.Answers | None = None


class Judge:
    def __init__(self, specs: Specs) -> None:
        self._specs = specs
        self._converter = Converter(specs)
        self.authority = cache(self._authority)
        self._validator = cache(self._made_validator)

    def _authority(self, service: str, method: str, path: str, shape: str, version: str) -> Authority:
        if service == "control":
            return Authority(schema=own.control(method, path))
        # of our own where Microsoft's have the path of any resource at most, or not that version
        schema = own.answers(method, shape, version)
        return Authority(
            swagger=None if schema else self._specs.find(method, path, version),
            model=sdk.model(self._specs, method, path),
            schema=schema,
        )

    def authority_of(self, one: Emulated, path: str = "", version: str = "9999") -> Authority:
        named = one.template if one.service == "control" else path or one.sample
        return self.authority(one.service, one.method, named, one.shape, version)

    def violations(self, exchange: Exchange) -> Iterator[Violation]:
        service, route = answering(exchange.method, exchange.path, exchange.query)
        name = service.name if service else ""
        if service:
            exchange = replace(exchange, path=service.normalized(exchange.path, exchange.query))
        if route is None or exchange.status >= 500:
            yield from self._refusal(exchange, name, f"{exchange.method} outside of every route ({name})")
            return
        authority = self.authority_of(route, exchange.path, exchange.version)
        if authority.swagger:
            yield from self._by_swagger(exchange, route, authority, authority.swagger)
        elif authority.schema:
            yield from self._by_schema(exchange, route, authority.schema)
        elif authority.model:
            yield from self._by_model(exchange, route, authority.model)
        else:
            yield Violation(route.name, "body", "somebody with authority over it", "no specification, model or schema")

    def _by_swagger(
        self, exchange: Exchange, route: Emulated, authority: Authority, operation: Operation
    ) -> Iterator[Violation]:
        name = f"{operation.operation_id} ({route.name}) -> {exchange.status}"
        described = operation.responses.get(str(exchange.status))
        if described is None and exchange.status >= 400:
            described = operation.responses.get("default", {})
        if described is None:
            known = ", ".join(sorted(operation.responses))
            yield Violation(name, "status", f"one of {known}", str(exchange.status))
        elif exchange.status >= 400 and "schema" not in described:
            yield from self._refusal(exchange, route.service, name)
        else:
            yield from _polling(exchange, operation, name)
            yield from self._body(exchange, name, authority, described.get("schema"))

    def _body(self, exchange: Exchange, name: str, authority: Authority, schema: Json) -> Iterator[Violation]:
        operation = authority.swagger
        assert operation is not None
        if schema is None or exchange.method == "HEAD":
            if exchange.body:
                yield Violation(name, "body", "none", exchange.body[:SHOWN])
        elif not exchange.body and deviation.may_be_silent(operation.operation_id, exchange.status):
            return
        elif exchange.status == 202 and operation.long_running and not exchange.body:
            return  # what the specification describes there is the result at the end
        elif not exchange.is_json:
            yield Violation(name, "headers", "JSON", exchange.headers.get("content-type", "no content type"))
        else:
            status = str(exchange.status) if str(exchange.status) in operation.responses else "default"
            body = without_nulls(exchange.json()) if "__arm__" in operation.file else exchange.json()
            if exchange.status < 400:
                body = deviation.repaired(operation.operation_id, body)
            for error in _errors(self._validator(operation, status), body, authority.model):
                yield violation(name, error)

    def _made_validator(self, operation: Operation, status: str) -> Validator:
        schema = self._converter.schema(operation.file, operation.responses[status]["schema"])
        return Validator(schema | {"$defs": self._converter.definitions})

    def _by_schema(self, exchange: Exchange, route: Emulated, answers: own.Answers) -> Iterator[Violation]:
        name = f"{route.name} -> {exchange.status}"
        if exchange.status >= 400:
            yield from self._refusal(exchange, route.service, name)
            return
        known = answers.by_status.get(exchange.status)
        if known is None:
            yield Violation(name, "status", f"one of {sorted(answers.by_status)}", str(exchange.status))
        elif (
            known.content != own.ANYTHING
            and known.content != exchange.headers.get("content-type", "").partition(";")[0]
        ):
            yield Violation(name, "headers", known.content or "no body", exchange.headers.get("content-type", "none"))
        elif known.content == "application/json":
            yield from (violation(name, error) for error in known.validator.errors(exchange.json()))

    def _by_model(self, exchange: Exchange, route: Emulated, model: sdk.Model) -> Iterator[Violation]:
        name = f"{model.name or route.name} ({route.name}) -> {exchange.status}"
        if exchange.status >= 400:
            yield from self._refusal(exchange, route.service, name)
        elif exchange.status not in model.success:
            yield Violation(name, "status", f"one of {model.success}", str(exchange.status))
        elif exchange.is_json:
            try:
                for path in sorted(sdk.lost(model, exchange.json())):
                    yield Violation(name, path, "a field of Microsoft's model", "a field that it does not know")
            except sdk.Unreadable as error:
                yield Violation(name, "body", "what Microsoft's client can read", str(error)[:SHOWN])

    def _refusal(self, exchange: Exchange, service: str, name: str) -> Iterator[Violation]:
        """The service's envelope of errors; a look without a body has none."""
        if exchange.status < 400:
            yield Violation(name, "status", "a refusal", str(exchange.status))
        elif exchange.method != "HEAD" and not exchange.is_json and not exchange.is_xml:
            yield Violation(name, "body", "the service's envelope of errors", exchange.body[:SHOWN] or "no body")
        elif exchange.method != "HEAD":
            body = own.told(exchange.body) if exchange.is_xml else exchange.json()
            for error in own.envelope(service).errors(body):
                yield violation(name, error)


def violation(name: str, error: ValidationError) -> Violation:
    seen = repr(error.instance)
    if error.validator in {CLOSED, "additionalProperties"}:
        return Violation(
            name, error.json_path, "only properties of the specification", ", ".join(_strangers(error)) or error.message
        )
    if error.validator == "required":
        return Violation(name, error.json_path, f"the properties {error.validator_value}", error.message)
    if error.validator == "not":
        return Violation(name, error.json_path, "nothing (a secret, or only ever written)", seen[:SHOWN])
    return Violation(name, error.json_path, f"{error.validator} {error.validator_value}"[:SHOWN], seen[:SHOWN])


def _polling(exchange: Exchange, operation: Operation, name: str) -> Iterator[Violation]:
    """https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations"""
    if operation.long_running and exchange.status == 202 and not POLLING & set(exchange.headers):
        yield Violation(name, "headers", "where to poll", str(sorted(exchange.headers)))


def without_nulls(body: Json) -> Json:
    """Resource Manager's services write null for what is not there, in Microsoft's own examples, too."""
    if isinstance(body, dict):
        return {name: without_nulls(value) for name, value in body.items() if value is not None}
    return [without_nulls(value) for value in body] if isinstance(body, list) else body


def _errors(judge: Validator, body: Json, model: sdk.Model | None) -> list[ValidationError]:
    """Without the properties that only the newest client knows: they are younger than the specification."""
    lost = _lost(model, body)
    while errors := [one for one in judge.errors(body) if one.validator]:
        errors = [one for one in errors if one.validator != CLOSED or _is_innermost(one, errors)]
        strangers = [(*one.absolute_path, name) for one in errors for name in _strangers(one)]
        younger = [path for path in strangers if lost is not None and not sdk.at(*path).startswith(lost)]
        if not younger:
            break
        for path in younger:
            body = _without(body, path)
    return errors


def _lost(model: sdk.Model | None, body: Json) -> tuple[str, ...] | None:
    """None where no client can be asked. A path stands for all below it."""
    try:
        return tuple(sdk.lost(model, body)) if model and model.kind else None
    except sdk.Unreadable:
        return None


def _is_innermost(error: ValidationError, errors: list[ValidationError]) -> bool:
    """An object of which anything else is wrong does not know its properties any more: that error is an echo."""
    at = tuple(error.absolute_path)
    return not any(one is not error and tuple(one.absolute_path)[: len(at)] == at for one in errors)


def _strangers(error: ValidationError) -> list[str]:
    return re.findall(r"'([^']+)'", error.message) if error.validator == CLOSED else []


def _without(body: Json, path: tuple[str | int, ...]) -> Json:
    first, *rest = path
    if isinstance(body, list):
        return [_without(one, tuple(rest)) if place == first else one for place, one in enumerate(body)]
    if rest:
        return body | {first: _without(body[first], tuple(rest))}
    return {name: value for name, value in body.items() if name != first}


def judged(specs: Specs, exchanges: Iterator[Exchange]) -> tuple[list[Violation], dict[Emulated, int], int]:
    """The violations, how often each operation answered with success, and how many answers there were."""
    judge, found, called, number = Judge(specs), set(), dict[Emulated, int](), 0
    for exchange in exchanges:
        number += 1
        found.update(judge.violations(exchange))
        _, route = answering(exchange.method, exchange.path, exchange.query)
        if route and exchange.status < 400:
            called[route] = called.get(route, 0) + 1
    return sorted(found), called, number
