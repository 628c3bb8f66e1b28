"""The words of an OData expression.

https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from centrala.dataverse.failures import syntax

LONGEST_SHOWN = 40  # characters of the caller's own in a message


class Sort(Enum):
    STRING = auto()
    QUOTED = auto()  # in double quotes, as JSON has it: the arguments of Dataverse's own functions
    GUID = auto()
    DATE_TIME = auto()
    NUMBER = auto()
    NAME = auto()
    MARK = auto()
    END = auto()


@dataclass(frozen=True)
class Token:
    """`text` is what a string says, without its quotes and without the type that may stand before them (guid'…'); of
    anything else how it was written."""

    sort: Sort
    text: str
    at: int

    def means(self, *words: str) -> bool:
        return self.sort in {Sort.NAME, Sort.MARK} and self.text in words


# Possessive quantifiers (++, *+): no text can make the search go back over what it has taken.
WORD = re.compile(
    r"""
    [ \t]*+ (?:
      (?:[^\W\d][\w.]*+(?='))?'(?P<STRING>(?:[^']|'')*+)'
    | "(?P<QUOTED>[^"\\]*+)"
    | (?P<GUID>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})(?![\w-])
    | (?P<DATE_TIME>\d{4}-\d\d-\d\d(?:T[\d:.]++(?:Z|[+-]\d\d:\d\d)?)?)(?![\w-])
    | (?P<NUMBER>[+-]?\d++(?:\.\d++)?[lLmMdDfF]?)(?![\w.-])
    | (?P<NAME>[^\W\d][\w.]*+)
    | (?P<MARK>[(),=/:\[\]])
    | (?P<END>\Z)
    )""",
    re.VERBOSE | re.ASCII,
)


def words(text: str) -> Iterator[Token]:
    """Ends with an END. Raises WebApiError at the first thing that is none of these."""
    at = 0
    while True:
        found = WORD.match(text, at)
        if found is None or found.lastgroup is None:
            raise syntax(f"Syntax error at position {at} in '{shown(text)}'.")
        sort, inside = Sort[found.lastgroup], found[found.lastgroup]
        yield Token(sort, inside.replace("''", "'") if sort is Sort.STRING else inside, at)
        if sort is Sort.END:
            return
        at = found.end()


def shown(text: str) -> str:
    """The caller's own words, cut and printable, for a message."""
    printable = "".join(each if each.isprintable() else "?" for each in text)
    return printable if len(printable) <= LONGEST_SHOWN else f"{printable[:LONGEST_SHOWN]}…"
