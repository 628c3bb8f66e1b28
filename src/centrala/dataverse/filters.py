"""$filter, read by recursive descent.

either    = both *( "or" both )
both      = one *( "and" one )
one       = "not" one / "(" either ")" / test
test      = function [ ("eq" / "ne") boolean ] / operand [ comparison ]
operand   = property / value
comparison = ("eq" / "ne" / "gt" / "ge" / "lt" / "le") operand / "in" "(" value *( "," value ) ")"
"""

from collections.abc import Mapping
from operator import eq

from centrala.dataverse.columns import Edm
from centrala.dataverse.conditions import (
    ORDERINGS,
    TEXT_TESTS,
    Beside,
    Condition,
    Equal,
    Every,
    Field,
    Not,
    Ordered,
    Plain,
    Some,
    Text,
)
from centrala.dataverse.failures import Failure, WebApiError, syntax
from centrala.dataverse.literals import NUMBERS, fit, from_text, literal
from centrala.dataverse.tokens import Sort, Token, shown, words

DEEPEST = 40  # brackets and nots within one another
FLIPPED = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
OWN = "Microsoft.Dynamics.CRM."
LISTS = {"In", "NotIn", "Between", "NotBetween"}  # of Dataverse's own query functions, the ones known here


def parse(text: str, fields: Mapping[str, Field], *, type_name: str) -> Condition:
    """Raises WebApiError for what is no filter, names no field, or asks for a secured one."""
    return _Parser(text, fields, type_name).whole()


class _Parser:
    def __init__(self, text: str, fields: Mapping[str, Field], type_name: str) -> None:
        self._words = list(words(text))
        self._at = 0
        self._depth = 0
        self._fields = fields
        self._type_name = type_name

    def whole(self) -> Condition:
        condition = self._either()
        if self._next.sort is not Sort.END:
            raise self._unexpected()
        return condition

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _one(self) -> Condition:
        self._depth += 1
        if self._depth > DEEPEST:
            raise syntax(f"The filter is nested deeper than {DEEPEST} levels.")
        try:
            if self._take("not"):
                return Not(self._one())
            if self._take("("):
                inside = self._either()
                self._expect(")")
                return inside
            return self._test()
        finally:
            self._depth -= 1

    def _test(self) -> Condition:
        if self._next.sort is Sort.NAME and self._words[self._at + 1].means("("):
            return self._answered(self._function())
        if self._next.sort is Sort.NAME and not self._is_value:
            return self._comparison(self._field())
        value = literal(self._advance())
        operator = self._advance()
        if operator.sort is not Sort.NAME or operator.text not in FLIPPED:
            raise self._unexpected(operator)
        return self._compared(self._field(), FLIPPED[operator.text], value)

    def _comparison(self, field: Field) -> Condition:
        if self._take("in"):
            return Equal(field, tuple(fit(value, field, "in") for value in self._values("(", ")")))
        if not self._next.means(*FLIPPED):
            if field.edm is not Edm.BOOLEAN:
                raise self._unexpected()
            return Equal(field, (True,))
        operator = self._advance().text
        if self._next.sort is Sort.NAME and not self._is_value:
            return _beside(field, operator, self._field())
        return self._compared(field, operator, literal(self._advance()))

    def _compared(self, field: Field, operator: str, value: Plain) -> Condition:
        fitting = fit(value, field, operator)
        if operator in {"eq", "ne"}:
            equal = Equal(field, (fitting,))
            return equal if operator == "eq" else Not(equal)
        if field.edm is Edm.BOOLEAN:
            raise Failure.INCOMPATIBLE.of(left=field.edm.value, right=field.edm.value, kind=operator)
        return Ordered(field, ORDERINGS[operator], fitting)

    def _answered(self, condition: Condition) -> Condition:
        """What a function says may be compared with true or false."""
        if not self._next.means("eq", "ne"):
            return condition
        same = self._advance().text == "eq"
        value = literal(self._advance())
        if not isinstance(value, bool):
            raise syntax("A function of this kind is compared with true or false.")
        return condition if value is same else Not(condition)

    def _function(self) -> Condition:
        name = self._advance().text
        self._expect("(")
        if name in TEXT_TESTS:
            condition = self._text(name)
        elif name.removeprefix(OWN) in LISTS and name.startswith(OWN):
            condition = self._own(name.removeprefix(OWN))
        else:
            raise Failure.NOT_IMPLEMENTED.of(what=f"The function '{shown(name)}'")
        self._expect(")")
        return condition

    def _text(self, name: str) -> Condition:
        field = self._field()
        self._expect(",")
        part = literal(self._advance())
        if field.edm is not Edm.STRING or not isinstance(part, str):
            raise Failure.INCOMPATIBLE.of(left=field.edm.value, right=Edm.STRING.value, kind=name)
        return Text(field, TEXT_TESTS[name], part.casefold())

    def _own(self, name: str) -> Condition:
        """(PropertyName='…',PropertyValues=['…'])"""
        self._expect("PropertyName")
        self._expect("=")
        field = self._named(self._advance())
        self._expect(",")
        self._expect("PropertyValues")
        self._expect("=")
        values = tuple(
            from_text(value, field, name) if isinstance(value, str) else fit(value, field, name)
            for value in self._values("[", "]")
        )
        within = _between(field, values) if name.endswith("Between") else Equal(field, values)
        return Not(within) if name.startswith("Not") else within

    def _values(self, opening: str, closing: str) -> list[Plain]:
        self._expect(opening)
        values = [literal(self._advance())]
        while self._take(","):
            values.append(literal(self._advance()))
        self._expect(closing)
        return values

    def _field(self) -> Field:
        token = self._advance()
        if token.sort is not Sort.NAME:
            raise self._unexpected(token)
        name = token.text
        if self._take("/"):
            name += f"/{self._advance().text}"
        return self._named(Token(Sort.NAME, name, token.at))

    def _named(self, token: Token) -> Field:
        field = self._fields.get(token.text)
        if field is None:
            raise Failure.NO_PROPERTY.of(name=shown(token.text), type=self._type_name)
        if field.secured:
            raise Failure.SECURED.of(name=field.name)
        return field

    @property
    def _next(self) -> Token:
        return self._words[self._at]

    @property
    def _is_value(self) -> bool:
        return self._next.text in {"null", "true", "false"}

    def _advance(self) -> Token:
        token = self._next
        if token.sort is not Sort.END:
            self._at += 1
        return token

    def _take(self, word: str) -> bool:
        if not self._next.means(word):
            return False
        self._at += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise syntax(f"'{word}' was expected at position {self._next.at}, found '{shown(self._next.text)}'.")

    def _unexpected(self, token: Token | None = None) -> WebApiError:
        token = token or self._next
        return syntax(f"Syntax error: '{shown(token.text)}' was not expected at position {token.at}.")


def _between(field: Field, values: tuple[Plain, ...]) -> Condition:
    if len(values) != 2 or field.edm not in NUMBERS | {Edm.DATE_TIME, Edm.STRING}:
        raise syntax("Between takes two values that have an order.")
    return Every((Ordered(field, ORDERINGS["ge"], values[0]), Ordered(field, ORDERINGS["le"], values[1])))


def _beside(left: Field, operator: str, right: Field) -> Condition:
    numbers = {left.edm, right.edm} <= NUMBERS
    if left.edm is not right.edm and not numbers:
        raise Failure.INCOMPATIBLE.of(left=left.edm.value, right=right.edm.value, kind=operator)
    if operator in {"eq", "ne"}:
        same = Beside(left, eq, right)
        return same if operator == "eq" else Not(same)
    return Beside(left, ORDERINGS[operator], right)
