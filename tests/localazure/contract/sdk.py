"""Microsoft's own models as judges: what they read they must be able to write again, without loss of a field.

They are the newest there are, so that they also know what the complete specifications are too old for.
"""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from azure.core.exceptions import DeserializationError

from contract.specs import Json, Specs, pattern

PACKAGES = {
    "derived__EventGridMgmt_subset": "azure.mgmt.eventgrid",
    "derived__CommunicationMgmt": "azure.mgmt.communication",
    "derived__PhoneNumbers": "azure.communication.phonenumbers._generated",
    "derived__CallAutomation": "azure.communication.callautomation._generated",
}
LISTS = ("value", "phoneNumbers")
SEVERAL = {"scope"}


@dataclass(frozen=True)
class Model:
    """`each` says that an answer is a list of it."""

    package: str
    name: str
    success: tuple[int, ...]
    each: bool = False

    @property
    def kind(self) -> Any:  # the packages' model classes share no base
        module = _models(self.package)
        return getattr(module, self.name, None) if module else None


def at(*path: str | int) -> str:
    """A JSON path as this module writes it."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def model(specs: Specs, method: str, path: str) -> Model | None:
    """The model of an operation's answers by the newest client; None where no client is known to have it."""
    for file, document in specs.derived.items():
        paths = document["paths"]
        fitting = [one for one in paths if method.lower() in paths[one] and pattern(one, SEVERAL).fullmatch(path)]
        if fitting:
            best = max(fitting, key=lambda one: sum("{" not in part for part in one.split("/")))
            return _model(PACKAGES[file.rpartition("__")[0]], paths, best, method.lower())
    return None


class Unreadable(Exception):
    """Microsoft's client cannot read the answer."""


def lost(judge: Model, body: Json) -> set[str]:
    """JSON paths of what the model does not know. Raises Unreadable."""
    if judge.kind is None:
        return set()
    try:
        return set(_lost_of(judge, body))
    except DeserializationError as error:
        raise Unreadable(str(error)) from error


def _lost_of(judge: Model, body: Json) -> Iterator[str]:
    if not judge.each:
        yield from _lost(judge.kind, body, "$")
        return
    name = next((one for one in LISTS if one in body), "")
    for place, item in enumerate(body.get(name, [])):
        yield from _lost(judge.kind, item, f"$.{name}[{place}]")


def _model(package: str, paths: Json, path: str, method: str) -> Model:
    """Where the table names none: a change answers as the look does, a list with what the look at one answers."""
    described = paths[path][method]
    success = tuple(described["success"])
    if described.get("responseModel"):
        return Model(package, described["responseModel"], success)
    same = paths[path].get("get", {}).get("responseModel")
    if method in {"put", "patch"} and same:
        return Model(package, same, success)
    item = _item(paths, path.rpartition("/")[2]) if method == "get" else ""
    return Model(package, item, success, each=True)


def _item(paths: Json, collection: str) -> str:
    """What the look at one of the collection answers."""
    for path, methods in paths.items():
        *_, above, last = path.split("/")
        if above == collection and last.startswith("{") and "responseModel" in methods.get("get", {}):
            return str(methods["get"]["responseModel"])
    return ""


@cache
def _models(package: str) -> ModuleType | None:
    try:
        return importlib.import_module(f"{package}.models")
    except ImportError:
        return None  # a client that no test here needs yet


def _lost(kind: Any, body: Json, at: str) -> Iterator[str]:
    if hasattr(kind, "_attribute_map"):
        yield from _missing(body, kind.deserialize(body).serialize(keep_readonly=True), at)
    else:
        module = importlib.import_module(_base(kind))
        yield from _unknown(module._deserialize(kind, body), body, at)


def _base(kind: type) -> str:
    return next(one.__module__ for one in kind.__mro__ if one.__name__ == "Model")


def _missing(body: Json, again: Json, at: str) -> Iterator[str]:
    """What stands in the first and not in the second."""
    if isinstance(body, dict):
        for name, value in body.items():
            if value is None:
                continue
            if not isinstance(again, dict) or name not in again:
                yield f"{at}.{name}"
            else:
                yield from _missing(value, again[name], f"{at}.{name}")
    elif isinstance(body, list) and isinstance(again, list):
        for place, value in enumerate(body):
            yield from _missing(value, again[place], f"{at}[{place}]")


def _unknown(read: Any, body: Json, at: str) -> Iterator[str]:
    """The newer models keep what they do not know, so each field is looked for by name."""
    if isinstance(body, list) and isinstance(read, list):
        for place, value in enumerate(body):
            yield from _unknown(read[place], value, f"{at}[{place}]")
    fields = getattr(read, "_attr_to_rest_field", None)
    if not isinstance(body, dict) or fields is None:
        return
    by_wire = {field._rest_name: name for name, field in fields.items()}
    for name, value in body.items():
        if value is None:
            continue
        if name in by_wire:
            yield from _unknown(getattr(read, by_wire[name]), value, f"{at}.{name}")
        else:
            yield f"{at}.{name}"
