"""YAML as a tree of texts that knows its lines.

Scalars stay the texts that stand in the file, and what they mean is decided by the shape they are read into: a
telephone number is no integer here, `no` no boolean, 2026-01-01 no date. Nothing is ever constructed from a tag.
"""

from dataclasses import dataclass, field

import yaml

CORE = "tag:yaml.org,2002:"
KNOWN = {
    f"{CORE}{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge", "map", "seq")
}

Value = None | str | list["Value"] | dict[str, "Value"]


class Unreadable(Exception):
    """`line` counts from one."""

    def __init__(self, line: int, reason: str, fix: str = "correct it; `localazure seed --example` shows how") -> None:
        super().__init__(reason)
        self.line, self.reason, self.fix = line, reason, fix


@dataclass(frozen=True)
class Tree:
    """`lines` and `texts` (of scalars) by path, such as $.people[0].name."""

    value: Value
    lines: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def read(content: bytes) -> Tree:
    """Raises Unreadable."""
    try:
        root = yaml.compose(content, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, error.problem or "This is no YAML") from None
    except yaml.YAMLError as error:
        raise Unreadable(1, str(error).partition("\n")[0]) from None
    except (UnicodeDecodeError, RecursionError):
        raise Unreadable(1, "This is no UTF-8, or is nested without end", "write YAML in UTF-8") from None
    if root is None:
        raise Unreadable(
            1, "The file is empty", "describe a subscription at least: `localazure seed --example` shows how"
        )
    tree = Tree(None)
    return Tree(_value(tree, root, "$"), tree.lines, tree.texts)


class _Loader(yaml.SafeLoader):
    """Without aliases: a few of them can stand for more than fits into memory."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs leave it out
            raise Unreadable(mark.line + 1, "Aliases (*) are not taken here", "write it out")
        return super().compose_node(parent, index)


def _value(tree: Tree, node: yaml.Node, path: str) -> Value:
    line = node.start_mark.line + 1
    tree.lines.setdefault(path, line)
    if node.tag not in KNOWN:
        raise Unreadable(line, f"The tag {node.tag.removeprefix(CORE)} is not taken here", "leave the tag out")
    if isinstance(node, yaml.MappingNode):
        return _mapping(tree, node, path)
    if isinstance(node, yaml.SequenceNode):
        return [_value(tree, one, f"{path}[{place}]") for place, one in enumerate(node.value)]
    if node.tag == f"{CORE}null":
        return None
    text: str = node.value
    tree.texts[path] = text
    return text


def _mapping(tree: Tree, node: yaml.MappingNode, path: str) -> Value:
    found: dict[str, Value] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise Unreadable(line, "A key is one word here", "write a name and a colon")
        if key.value in found:
            raise Unreadable(line, f"The key {key.value} stands here twice", "keep one")
        tree.lines[f"{path}.{key.value}"] = line
        found[key.value] = _value(tree, value, f"{path}.{key.value}")
    return found
