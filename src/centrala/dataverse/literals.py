"""Values as expressions and FetchXML write them."""

import re
from datetime import UTC, datetime
from uuid import UUID

from centrala.dataverse.columns import Edm
from centrala.dataverse.conditions import Field, Plain
from centrala.dataverse.failures import Failure, WebApiError, syntax
from centrala.dataverse.tokens import Sort, Token, shown

WORDS: dict[str, Plain] = {"null": None, "true": True, "false": False}
KINDS = {"eq": "Equal", "ne": "NotEqual", "gt": "GreaterThan", "ge": "GreaterThanOrEqual"}
KINDS |= {"lt": "LessThan", "le": "LessThanOrEqual"}
NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)
NUMBERS = {Edm.INT32, Edm.INT64}


def literal(token: Token) -> Plain:
    """The value that a token of an expression stands for. Raises WebApiError."""
    match token.sort:
        case Sort.STRING | Sort.QUOTED:
            return token.text
        case Sort.GUID:
            return UUID(token.text)
        case Sort.DATE_TIME:
            return _moment(token.text)
        case Sort.NUMBER:
            return _number(token.text)
        case _ if token.sort is Sort.NAME and token.text in WORDS:
            return WORDS[token.text]
        case _:
            raise syntax(f"A value was expected at position {token.at}, found '{shown(token.text)}'.")


def fit(value: Plain, field: Field, operator: str) -> Plain:
    """The value as the field's own type compares with it. Raises WebApiError where it cannot."""
    if value is None:
        return None
    match field.edm, value:
        case Edm.STRING, str():
            return value.casefold()
        case Edm.GUID, UUID():
            return value
        case Edm.GUID, str():
            return _guid(value, field, operator)
        case Edm.BOOLEAN, bool():
            return value
        case Edm.DATE_TIME, datetime():
            return value
        case ((Edm.INT32 | Edm.INT64), int() | float()) if not isinstance(value, bool):
            return value
        case _:
            raise _incompatible(value, field, operator)


def from_text(text: str, field: Field, operator: str) -> Plain:
    """The same for a value without a type: in FetchXML and in the lists of Dataverse's functions."""
    match field.edm:
        case Edm.INT32 | Edm.INT64:
            return _number(text)
        case Edm.BOOLEAN:
            if text.lower() in {"0", "1", "true", "false"}:
                return text.lower() in {"1", "true"}
            raise _incompatible(text, field, operator)
        case Edm.DATE_TIME:
            return _moment(text)
        case _:
            return fit(text, field, operator)


def _number(text: str) -> int | float:
    digits = text.rstrip("lLmMdDfF")
    if not NUMBER.fullmatch(digits):
        raise syntax(f"'{shown(text)}' is not a number.")
    return float(digits) if "." in digits else int(digits)


def _moment(text: str) -> datetime:
    """Without an offset it is UTC."""
    try:
        said = datetime.fromisoformat(text)
        return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise syntax(f"'{shown(text)}' is not a date or time.") from None


def _guid(text: str, field: Field, operator: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _incompatible(text, field, operator) from None


def _incompatible(value: Plain, field: Field, operator: str) -> WebApiError:
    match value:
        case bool():
            found = Edm.BOOLEAN
        case int() | float():
            found = Edm.INT32
        case UUID():
            found = Edm.GUID
        case datetime():
            found = Edm.DATE_TIME
        case _:
            found = Edm.STRING
    return Failure.INCOMPATIBLE.of(left=field.edm.value, right=found.value, kind=KINDS.get(operator, operator))
