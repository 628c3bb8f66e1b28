"""What is wrong in a seed file: where, which value, and the fix."""

import re

import msgspec
from msgspec import inspect

from localazure.records.plan import Plan

VALIDATION = re.compile(r"(?P<reason>.*?)(?: - at `(?P<path>\$.*)`)?", re.DOTALL)
UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
MISSING = re.compile(r"Object missing required field `(.*)`")
STEP = re.compile(r"\.([^.\[\]]+)|\[(?:\d+|\.\.\.)\]")
WORDS = {
    inspect.BoolType: "true or false",
    inspect.StrType: "a text",
    inspect.DictType: "names with a text each",
    inspect.VarTupleType: "a list: a line for each, beginning with a hyphen",
}


class Mistake(Exception):
    """`path` is such as $.people[0].name."""

    def __init__(self, path: str, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.path, self.reason, self.fix = path, reason, fix


def of_shape(error: msgspec.ValidationError) -> Mistake:
    """The converter's error, with what may stand there instead."""
    match = VALIDATION.fullmatch(str(error))
    assert match is not None  # the pattern takes every text
    reason, path = match["reason"], match["path"] or "$"
    kind = _kind(path)
    keys = ", ".join(_keys(kind))
    if unknown := UNKNOWN.fullmatch(reason):
        return Mistake(f"{path}.{unknown[1]}", "there is no such key", f"the keys here are {keys}")
    if missing := MISSING.fullmatch(reason):
        wanted = _wanted(_kind(f"{path}.{missing[1]}"))
        return Mistake(path, f"the key {missing[1]} is missing", f"add {missing[1]}: {wanted}")
    return Mistake(path, "that cannot stand here", f"write {_wanted(kind)}")


def _kind(path: str) -> inspect.Type:
    """The type that a path of the plan has."""
    kind: inspect.Type = inspect.type_info(Plan)
    for step in STEP.finditer(path):
        kind = _bare(kind)
        if isinstance(kind, inspect.StructType):
            fields = {one.encode_name: one.type for one in kind.fields}
            kind = fields.get(step[1], kind)
        elif isinstance(kind, inspect.VarTupleType):
            kind = kind.item_type
        elif isinstance(kind, inspect.DictType):
            kind = kind.value_type
    return kind


def _bare(kind: inspect.Type) -> inspect.Type:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return kind


def _keys(kind: inspect.Type) -> list[str]:
    bare = _bare(kind)
    return [one.encode_name for one in bare.fields] if isinstance(bare, inspect.StructType) else []


def _wanted(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.Metadata) and kind.extra_json_schema:
        return str(kind.extra_json_schema["description"])
    bare = _bare(kind)
    if isinstance(bare, inspect.UnionType):
        bare = bare.types[0]
    if isinstance(bare, inspect.EnumType):
        return "one of " + ", ".join(str(one.value) for one in bare.cls)
    if isinstance(bare, inspect.LiteralType):
        return "one of " + ", ".join(str(one) for one in bare.values if one != "")
    if isinstance(bare, inspect.StructType):
        return "keys with their values: " + ", ".join(_keys(bare))
    if isinstance(bare, inspect.VarTupleType) and bare.min_length:
        return f"{WORDS[inspect.VarTupleType]}; at least one"
    return next((words for known, words in WORDS.items() if isinstance(bare, known)), "another value")
