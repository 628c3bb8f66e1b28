"""What the data of a Communication Services event may hold, by the table that tools/event_models.py makes."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

import msgspec

ANYTHING = "object"


class Model(msgspec.Struct, frozen=True):
    """Types are words; `Name` of another model, `[T]` a list, `{T}` an object with free keys."""

    properties: dict[str, str]
    required: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True):
    source: str
    licence: str
    events: dict[str, str]
    models: dict[str, Model]


@cache
def table() -> Table:
    return msgspec.json.decode(files("localazure.eventgrid").joinpath("event_models.json").read_bytes(), type=Table)


@cache
def _spelling() -> dict[str, str]:
    return {name.lower(): name for name in table().events}


def known(event_type: str) -> str | None:
    """The event type as Microsoft spells it."""
    return _spelling().get(event_type.lower())


def faults(event_type: str, data: Mapping[str, object]) -> Iterator[str]:
    """What is wrong with the data, each as a sentence with the place. `event_type` as `known` gives it."""
    return _of_model(table().models[table().events[event_type]], data, "data")


def _of_model(model: Model, value: Mapping[str, object], place: str) -> Iterator[str]:
    for name in model.required:
        if name not in value:
            yield f"{place}.{name} is missing."
    for name, each in value.items():
        if name not in model.properties:
            yield f"{place}.{name} is not part of the event."
        elif each is not None:
            yield from _of_type(model.properties[name], each, f"{place}.{name}")


def _of_type(kind: str, value: object, place: str) -> Iterator[str]:
    if kind.startswith("[") and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _of_type(kind[1:-1], item, f"{place}[{number}]")
    elif kind.startswith("{") and isinstance(value, dict):
        for name, item in value.items():
            yield from _of_type(kind[1:-1], item, f"{place}.{name}")
    elif kind in table().models and isinstance(value, dict):
        yield from _of_model(table().models[kind], value, place)
    elif not _is_plain(kind, value):
        yield f"{place} is not a value of type {kind}."


def _is_plain(kind: str, value: object) -> bool:
    if kind == ANYTHING:
        return True
    if kind == "boolean" or isinstance(value, bool):
        return kind == "boolean" and isinstance(value, bool)
    if kind in {"integer", "number"}:
        return isinstance(value, int) or (kind == "number" and isinstance(value, float))
    if kind == "datetime":
        return isinstance(value, str) and _is_time(value)
    return kind == "string" and isinstance(value, str)


def _is_time(text: str) -> bool:
    try:
        msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return False
    return True
