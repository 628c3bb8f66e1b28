"""How words are compared: small letters, those of Polish and its neighbours without their marks, no punctuation.

PostgreSQL folds the texts, Python the question, by one table of pairs of characters; what an index holds follows from
it, so a change of the table takes a migration that makes the indexes anew. It is short because `translate` looks
through it for each character of each text that arrives.
"""

import re
from dataclasses import dataclass

from django.db.models import Expression, F, Func, TextField, Value

MARKED, PLAIN = "ąćęłńóśźżáäčéíöřšúüýž", "acelnoszzaaceiorsuuyz"
SEPARATORS = "-_./@:~+%&?=<>'’„”“«»–—…\u00a0"  # of which PostgreSQL would make addresses, numbers and parts of words
FROM, TO = MARKED + SEPARATORS, PLAIN + " " * len(SEPARATORS)
TABLE = str.maketrans(FROM, TO)
WHOLE = 3  # a word that is shorter is looked for as it is, a longer one as the beginning of words
MOST_WORDS, LONGEST = 10, 100
BEFORE, AROUND = 24, 120  # characters of an excerpt: before the first word that is marked, and in all


@dataclass(frozen=True)
class Piece:
    text: str
    marked: bool = False


def fold(text: str) -> str:
    """As long as the text: each character stays in its place."""
    lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    return lowered.translate(TABLE)


def words_of(text: str) -> list[str]:
    return [word[:LONGEST] for word in re.findall(r"\w+", fold(text))[:MOST_WORDS]]


def vector(field: str) -> Func:
    """The words of a column, as the indexes hold them."""
    folded = Func(Func(F(field), function="lower"), Value(FROM), Value(TO), function="translate")
    return Func(folded, template="to_tsvector('simple'::regconfig, %(expressions)s)", output_field=TextField())


def backwards(field: str) -> Func:
    """Collated so that an index of it serves LIKE in every locale."""
    return Func(F(field), template='(reverse(%(expressions)s) COLLATE "C")', output_field=TextField())


def asked(words: list[str]) -> Expression:
    """All of the words, each the beginning of one unless it is very short."""
    question = " & ".join(f"'{word}':*" if len(word) >= WHOLE else f"'{word}'" for word in words)
    return Func(Value(question), template="to_tsquery('simple'::regconfig, %(expressions)s)", output_field=TextField())


def excerpt(text: str, words: list[str]) -> list[Piece]:
    """The text around the first of the words, with each of them marked."""
    text = " ".join(text.split())
    found = list(_pattern(words).finditer(fold(text))) if words else []
    start = max(found[0].start() - BEFORE, 0) if found else 0
    pieces, at = [Piece("…")] if start else [], start
    for one in found:
        if one.end() > start + AROUND:
            break
        pieces += [Piece(text[at : one.start()]), Piece(text[one.start() : one.end()], marked=True)]
        at = one.end()
    return [piece for piece in [*pieces, Piece(text[at : start + AROUND])] if piece.text]


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){word}" + (r"\w*" if len(word) >= WHOLE else r"(?!\w)") for word in words))
