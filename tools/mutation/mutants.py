"""Prints every mutant of some modules, each a line of JSON: which operator, which lines, the text before and after.

    .venv-mutation/bin/python tools/mutation/mutants.py src/centrala/routing/router.py ...

Of Cosmic Ray's operators those that say something here, each place changed in one way and not in a dozen, and four of
our own: a statement left out, a value not returned, `in` turned round, a word of SQL exchanged. Annotations are left
alone: no test is about them.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from parso.python.tree import Keyword, String
from parso.python.tree import Operator as Sign

Node = Any  # parso has no types
Span = tuple[tuple[int, int], tuple[int, int]]
CORE = (
    *("AddNot", "NumberReplacer", "ExceptionReplacer", "RemoveDecorator", "ZeroIterationForLoop"),
    *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak"),
    *(f"ReplaceComparisonOperator_{a}_{b}" for a, b in [("Eq", "NotEq"), ("NotEq", "Eq"), ("Is", "IsNot")]),
    *(f"ReplaceComparisonOperator_{a}_{b}" for a, b in [("Lt", "LtE"), ("LtE", "Lt"), ("Gt", "GtE"), ("GtE", "Gt")]),
    *("ReplaceComparisonOperator_IsNot_Is", "ReplaceUnaryOperator_USub_UAdd"),
    *(f"ReplaceBinaryOperator_{a}_{b}" for a, b in [("Add", "Sub"), ("Sub", "Add"), ("Mul", "Div"), ("Div", "Mul")]),
    *(f"ReplaceBinaryOperator_{a}_{b}" for a, b in [("BitOr", "BitAnd"), ("BitAnd", "BitOr"), ("Mod", "Mul")]),
    *("ReplaceBinaryOperator_FloorDiv_Mul", "ReplaceBinaryOperator_LShift_RShift"),
)
FREEZES = "frozen=True"  # a guard against ourselves
SQL = re.compile(r"\s*[\"']+\s*(select|insert|update|delete|with)\s", re.IGNORECASE)
WORDS = (
    *((r"\band\b", "or"), (r"\bor\b", "and"), (r"\bnot exists\b", "exists"), (r"(?<!not )\bexists\b", "not exists")),
    *((r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" <> ", " = "), (r" = '", " <> '")),
    *(
        (r"\bis null\b", "is not null"),
        (r"\bis not null\b", "is null"),
        (r"\bnot in\b", "in"),
        (r" in \('", " not in ('"),
    ),
    *((r"\bgreatest\(", "least("), (r" \+ ", " - "), (r" - ", " + "), (r"\bunion all\b", "union")),
    *((r" skip locked", ""), (r"\bfor (no key )?(update|share)( of \w+)?( skip locked)?", ""), (r" desc\b", "")),
    *((r"\border by [^\n)]*", ""), (r"\bon conflict (\([^)]*\) )?do nothing", ""), (r"\bleft join\b", "join")),
)


class LeaveOut(Operator):  # type: ignore[misc] # Cosmic Ray has no types
    """A statement that is a call, or that sets an attribute or an element, is not done."""

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        if node.type == "simple_stmt" and self._does_something(node.children[0]):
            yield node.start_pos, node.end_pos

    def _does_something(self, statement: Node) -> bool:
        if statement.type in {"atom_expr", "await", "power"}:
            return True
        if statement.type in {"raise_stmt", "del_stmt"} or statement == "raise":
            return True
        return statement.type == "expr_stmt" and statement.children[0].type in {
            "atom_expr",
            "power",
            "testlist_star_expr",
        }

    def mutate(self, node: Node, index: int) -> Node:
        node.children[0] = Keyword("pass", node.children[0].start_pos, prefix=node.get_first_leaf().prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class ReturnNothing(Operator):  # type: ignore[misc]
    """What is returned is lost."""

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        if node.type == "return_stmt" and len(node.children) == 2 and node.children[1] != "None":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Node, index: int) -> Node:
        node.children[1] = Keyword("None", node.children[1].start_pos, prefix=" ")
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class Membership(Operator):  # type: ignore[misc]
    """`in` becomes `not in`, and the other way round."""

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        if node.type == "comparison" and (node.children[1] == "in" or node.children[1].type == "comp_op"):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Node, index: int) -> Node:
        turned = {"in": "not in", "not in": "in", "is not": "is"}[" ".join(node.children[1].get_code().split())]
        node.children[1] = Sign(turned, node.children[1].start_pos, prefix=" ")
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class Sql(Operator):  # type: ignore[misc]
    """One word of a statement for PostgreSQL is another one, or is not there."""

    def mutation_positions(self, node: Node) -> Iterator[Span]:
        for at, _end, _word in self._changes(node):
            line = node.start_pos[0] + node.value.count("\n", 0, at)
            yield (line, 0), (line, 1)

    def _changes(self, node: Node) -> list[tuple[int, int, str]]:
        if not isinstance(node, String) or not SQL.match(node.value):
            return []
        found = [(one, word) for old, word in WORDS for one in re.finditer(old, node.value)]
        return [(one.start(), one.end(), word) for one, word in found if not _assigns(node.value, one, word)]

    def mutate(self, node: Node, index: int) -> Node:
        at, end, word = self._changes(node)[index]
        return String(node.value[:at] + word + node.value[end:], node.start_pos, prefix=node.prefix)

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


def _assigns(sql: str, found: re.Match[str], word: str) -> bool:
    """After `set`, or in a list of what is set, = is no comparison."""
    before = sql[: found.start()].rsplit("\n", 1)[-1]
    return word == " <> '" and not re.search(r"\b(where|and|or|on|when|if|filter)\b", before)


@dataclass(frozen=True)
class Mutant:
    operator: str
    line: int
    column: int
    last: int
    before: str
    after: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """One statement of the module after the other: to parse all of it for each mutant would take minutes."""
    operators = {name: cosmic_ray.plugins.get_operator(f"core/{name}")() for name in CORE}
    operators |= {own.__name__: own() for own in (LeaveOut, ReturnNothing, Membership, Sql)}
    seen, before = {source}, ""
    for statement in get_ast(source).children:
        code = statement.get_code()
        after = source[len(before) + len(code) :]
        for name, ((line, column), (last, _)), changed in _changes(code, operators):
            whole, above = before + changed + after, before.count("\n")
            if whole not in seen and FREEZES not in code.splitlines()[line - 1] and _compiles(whole):
                seen.add(whole)
                yield Mutant(name, line + above, column, last + above, *_difference(source, whole), whole)
        before += code


def _changes(code: str, operators: dict[str, Any]) -> Iterator[tuple[str, Span, str]]:
    for name, operator in operators.items():
        places = [(node, span) for node in ast_nodes(get_ast(code)) for span in operator.mutation_positions(node)]
        for number, (node, span) in enumerate(places):
            changed = None if _is_annotation(node) else _changed(code, operator, number)
            if changed is not None:
                yield name, span, changed


def _changed(source: str, operator: Any, number: int) -> str | None:
    """None for what Cosmic Ray cannot change: its exceptions are plain names."""
    try:
        changed: str | None = mutate_code(source, operator, number)
    except AttributeError:
        return None
    return changed and changed.replace("not not ", "")


def _is_annotation(node: Node) -> bool:
    while node.parent is not None:
        above = node.parent
        if above.type in {"annassign", "tfpdef"} and "=" not in _before(above, node):
            return True
        if above.type == "funcdef" and "->" in [str(getattr(one, "value", "")) for one in above.children]:
            arrow = next(n for n, one in enumerate(above.children) if one == "->")
            if above.children[arrow + 1] is node:
                return True
        node = above
    return False


def _before(above: Node, node: Node) -> list[str]:
    return [str(getattr(one, "value", "")) for one in above.children[: above.children.index(node)]]


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _difference(source: str, changed: str) -> tuple[str, str]:
    """The lines that differ."""
    old, new = source.splitlines(), changed.splitlines()
    start = next(n for n, (a, b) in enumerate(zip([*old, ""], [*new, ""], strict=False)) if a != b)
    while old and new and old[-1] == new[-1] and min(len(old), len(new)) > start:
        old.pop()
        new.pop()
    return "\n".join(old[start:]), "\n".join(new[start:])


if __name__ == "__main__":
    for path in sys.argv[1:]:
        for mutant in mutants(Path(path).read_text("utf-8")):
            print(json.dumps(mutant.__dict__ | {"path": path}))
