"""A seed file becomes a plan, or a refusal that says where it is wrong."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import msgspec

from localazure.failure import CannotStart
from localazure.records.plan import Plan
from localazure.seeding import checks, mistakes, tree

BUILT_IN = ("full", "bare")
LARGEST = 1_000_000
CONCEALED = ("password", "value", "primary_key", "secondary_key")


@dataclass(frozen=True, kw_only=True)
class Source:
    """`name` is a built-in seed's word or a file's path; `digest` does not change with comments and spacing."""

    name: str
    plan: Plan
    digest: str


def read(name: str) -> Source:
    """By a built-in seed's word, else by a file's path. Raises CannotStart."""
    if name in BUILT_IN:
        return parsed(name, text_of(name).encode())
    try:
        with Path(name).open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise CannotStart(
            f"The seed {name} cannot be read ({error.strerror}). "
            f"Fix: give --seed {' or '.join(BUILT_IN)}, or a file as `localazure seed --example` prints it."
        ) from None
    if len(content) > LARGEST:
        raise CannotStart(f"The seed {name} is larger than {LARGEST} bytes. Fix: describe less.")
    return parsed(str(Path(name).absolute()), content)


def text_of(name: str) -> str:
    """A seed of this package: full, bare or example."""
    return files("localazure").joinpath("seeding", f"{name}.yaml").read_text(encoding="utf-8")


def parsed(name: str, content: bytes) -> Source:
    try:
        found = tree.read(content)
    except tree.Unreadable as error:
        raise CannotStart(f"{name}, line {error.line}: {error.reason}. Fix: {error.fix}.") from None
    try:
        plan = msgspec.convert(found.value, Plan, strict=False)
        checks.check(plan)
    except msgspec.ValidationError as error:
        raise _told(name, found, mistakes.of_shape(error)) from None
    except mistakes.Mistake as error:
        raise _told(name, found, error) from None
    return Source(name=name, plan=plan, digest=hashlib.sha256(msgspec.json.encode(found.value)).hexdigest())


def _told(name: str, found: tree.Tree, mistake: mistakes.Mistake) -> CannotStart:
    path = mistake.path
    while path not in found.lines:  # such as a mapping's value, which has no path of its own
        path = path[: max(path.rfind("."), path.rfind("["))]
    text, key = found.texts.get(path), path.rpartition(".")[2]
    value = "" if text is None or key in CONCEALED else f" '{text[:80]}'"
    where = path.removeprefix("$").removeprefix(".") or "the whole"
    return CannotStart(f"{name}, line {found.lines[path]}, {where}{value}: {mistake.reason}. Fix: {mistake.fix}.")
