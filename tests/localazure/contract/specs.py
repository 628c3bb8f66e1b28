"""The folder of Microsoft's specifications, and the operations that its files describe."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
OURS = Path(__file__).parent / "schemas"
COMMON_TYPES = "common-types.json"  # the folder has none of these files: ours says what the documentation says
NAMELESS = re.compile(r"/\{\w+\}(\?.*)?")  # GetById of any resource whatever: says nothing of one of them
METHODS = ("get", "put", "post", "patch", "delete", "head")

Json = Any  # parsed JSON


def folder() -> Path | None:
    """None where the specifications are not on this machine."""
    named = Path(os.environ.get("AZURE_SPECS") or ROOT / "../shared/specs").resolve()
    return named if any(named.glob("*__stable__*.json")) else None


def required() -> bool:
    return os.environ.get("CENTRALA_REQUIRE_SPECS") == "1"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """`file` is a key of Specs.files; `responses` is Swagger's, by status as text or `default`."""

    file: str
    version: str
    method: str
    path: str
    operation_id: str
    responses: Json = field(hash=False)
    long_running: bool
    pattern: re.Pattern[str] = field(hash=False)

    @property
    def exactness(self) -> tuple[bool, int]:
        """A path that names its provider goes before one for any resource whatever."""
        return "microsoft." in self.path.lower(), sum("{" not in part for part in self.path.split("/") if part)


class Specs:
    """`files` has the complete files by name, with ours in the place of the common types."""

    def __init__(self, source: Path) -> None:
        self.files = {path.name: json.loads(path.read_text()) for path in sorted(source.glob("*__*__*.json"))}
        self.derived = {name: self.files.pop(name) for name in list(self.files) if name.startswith("derived__")}
        self.files[COMMON_TYPES] = json.loads((OURS / COMMON_TYPES).read_text())
        self.operations = [one for name in self.files for one in self._operations(name)]

    def values(self, enumeration: str) -> list[str]:
        """What the newest clients know an enumeration to have."""
        found = (document["definitions"].get(enumeration, {}) for document in self.derived.values())
        return [value for one in found for value in one.get("enum", [])]

    def resolve(self, file: str, reference: str) -> tuple[str, str]:
        """File and definition (or parameter) that a `$ref` in `file` names."""
        where, _, pointer = reference.partition("#")
        name = pointer.rpartition("/")[2]
        if "/v1/types.json" in where and name == "ErrorResponse":
            name = "ErrorDetail"  # the first version's is what later ones have inside of `error`
        return (self._file(where) if where else file), name

    def find(self, method: str, path: str, version: str = "") -> Operation | None:
        """The most exact path; of its versions the newest that is not newer than asked, else the oldest."""
        fitting = [one for one in self.operations if one.method == method and one.pattern.fullmatch(path)]
        if not fitting:
            return None
        most = max(one.exactness for one in fitting)
        candidates = sorted((one for one in fitting if one.exactness == most), key=lambda one: one.version)
        return next((one for one in reversed(candidates) if one.version <= version), candidates[0])

    def _file(self, where: str) -> str:
        """Upstream's relative paths stand in the file names, with `__` for `/`."""
        if "common-types" in where:
            return COMMON_TYPES
        tail = "__".join(part for part in where.split("/") if part not in {".", ".."})
        return next(name for name in self.files if name.endswith(tail))

    def _operations(self, file: str) -> Iterator[Operation]:
        document = self.files[file]
        for path, item in {**document.get("paths", {}), **document.get("x-ms-paths", {})}.items():
            for method in METHODS:
                if method in item and not NAMELESS.fullmatch(path):
                    yield self._operation(file, path, method.upper(), item)

    def _operation(self, file: str, path: str, method: str, item: Json) -> Operation:
        described = item[method.lower()]
        parameters = [*item.get("parameters", []), *described.get("parameters", [])]
        return Operation(
            file=file,
            version=self.files[file]["info"]["version"],
            method=method,
            path=path,
            operation_id=described["operationId"],
            responses=described["responses"],
            long_running=described.get("x-ms-long-running-operation", False),
            pattern=pattern(path.partition("?")[0], set(self._spanning(file, parameters))),
        )

    def _spanning(self, file: str, parameters: list[Json]) -> Iterator[str]:
        """Names of the path's parameters that may stand for several segments, as scopes do."""
        for parameter in parameters:
            if "$ref" in parameter:
                where, name = self.resolve(file, parameter["$ref"])
                parameter = self.files[where]["parameters"][name]
            if parameter["in"] == "path" and parameter.get("x-ms-skip-url-encoding"):
                yield parameter["name"]


def pattern(path: str, spanning: set[str]) -> re.Pattern[str]:
    """Matches the paths of a template. A `spanning` parameter stands for any number of segments, also for none."""
    parts = re.split(r"(/?\{\w+\})", path)
    return re.compile("".join(_part(part, spanning) for part in parts) + "/?", re.IGNORECASE)


def _part(part: str, spanning: set[str]) -> str:
    name = part.strip("/{}")
    if not part.endswith("}"):
        return re.escape(part)
    return "(?:/.+)?" if name in spanning else part.replace(f"{{{name}}}", "[^/]+")


@cache
def specs() -> Specs:
    found = folder()
    assert found, "the specifications are missing: AZURE_SPECS names their folder"
    return Specs(found)
