"""As much of Terraform's language as an export needs. https://developer.hashicorp.com/terraform/language/syntax"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

INDENT = "  "


@dataclass(frozen=True)
class Raw:
    """An expression: a reference, not a text."""

    text: str


def block(kind: str, *labels: str, **body: object) -> str:
    """A value that is a mapping becomes a block inside; None is left out."""
    head = " ".join([kind, *(f'"{label}"' for label in labels)])
    return f"{head} {{\n{_body(body, INDENT)}}}\n"


def _body(body: Mapping[str, object], indent: str) -> str:
    lines = []
    for name, value in body.items():
        if value is None:
            continue
        if isinstance(value, Mapping):
            lines.append(f"\n{indent}{name} {{\n{_body(value, indent + INDENT)}{indent}}}\n")
        else:
            lines.append(f"{indent}{name} = {text(value)}\n")
    return "".join(lines)


def text(value: object) -> str:
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(text(one) for one in value)}]"
    raise TypeError(f"{type(value).__name__} has no form in Terraform's language")


def _quoted(value: str) -> str:
    """`${` and `%{` would begin a template."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped.replace("${", "$${").replace("%{", "%%{")}"'


def mapping(values: Mapping[str, str]) -> Raw:
    """An attribute whose value is a map, not a block."""
    return Raw("{ " + ", ".join(f"{_quoted(name)} = {_quoted(value)}" for name, value in values.items()) + " }")
