"""Words by which a customer ends the texts of a number, takes them again or asks for help: those that always count, and
a workstream's own."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.utils.translation import gettext as _

from centrala.database import run
from centrala.errors import Refused
from centrala.workstreams.models import LONGEST_WORD, Channel, Workstream

MOST_WORDS = 20
SLACK = 10  # blanks and a full stop around a word
OWN = """
    select line.number_id, stop_words, start_words, help_words
    from workstreams_line as line
    join workstreams_workstream as workstream on workstream.id = line.workstream_id
    where line.number_id = any(%b::bigint[]) and line.channel = %s
        and cardinality(stop_words) + cardinality(start_words) + cardinality(help_words) > 0
"""


class Command(StrEnum):
    """What a text orders that is nothing but one of these words; each names the workstream's field."""

    STOP = "stop_words"
    START = "start_words"
    HELP = "help_words"


# The words that the carriers' handbook (CTIA Messaging Principles) and the FCC name, and the Polish ones.
EVERYWHERE = {
    Command.STOP: (
        "STOP",
        "STOPALL",
        "STOP ALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPT OUT",
        "OPTOUT",
        "REZYGNUJĘ",
    ),
    Command.START: ("START", "UNSTOP"),
    Command.HELP: ("HELP", "INFO", "POMOC"),
}


def plain(text: str) -> str:
    """Case, accents, blanks around it and a full stop do not matter."""
    return " ".join(_without_accents(text.casefold()).split()).rstrip(".! ")


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text.replace("ł", "l"))  # whose stroke is no mark of its own to Unicode
    return "".join(one for one in parts if not unicodedata.combining(one))


@dataclass(frozen=True)
class Vocabulary:
    """Words as `plain` has them."""

    commands: Mapping[str, Command]

    @cached_property
    def longest(self) -> int:
        return max(map(len, self.commands)) + SLACK


STANDARD = Vocabulary({plain(word): command for command, words in EVERYWHERE.items() for word in words})


def vocabularies(numbers: Iterable[int]) -> dict[int, Vocabulary]:
    """Of those numbers whose workstream has words of its own: these and the standard ones. One query."""
    return {
        number: Vocabulary({**STANDARD.commands, **_own(dict(zip(Command, lists, strict=True)))})
        for number, *lists in run(OWN, list(numbers), str(Channel.SMS))
    }


def _own(words: Mapping[Command, Iterable[str]]) -> dict[str, Command]:
    return {plain(word): command for command, own in words.items() for word in own}


def check(workstream: Workstream) -> None:
    """Brings the workstream's own words into shape: each once, without those that count anyway. Raises Refused, with
    the list as its field, for a word that cannot be one or that stands for two things."""
    known: dict[str, Command] = dict(STANDARD.commands)
    for command in Command:
        kept = []
        for word in map(str.strip, getattr(workstream, command)):
            if _adds(word, command, known):
                known[plain(word)] = command
                kept.append(word)
        if len(kept) > MOST_WORDS:
            raise Refused(_("At most %(most)s words of one kind can be kept.") % {"most": MOST_WORDS}, field=command)
        setattr(workstream, command, kept)


def _adds(word: str, command: Command, known: Mapping[str, Command]) -> bool:
    said = plain(word)
    if not word.isprintable():
        raise Refused(_("A control character is in this text. Fix: type it anew."), field=command)
    if not any(letter.isalnum() for letter in said):
        raise Refused(_("“%(word)s” has neither letters nor digits.") % {"word": word}, field=command)
    if len(word) > LONGEST_WORD:
        raise Refused(
            _("“%(word)s” is longer than %(most)s characters.") % {"word": word, "most": LONGEST_WORD}, field=command
        )
    if known.get(said, command) != command:
        raise Refused(
            _("“%(word)s” already stands for something else: a word can be in one list only.") % {"word": word},
            field=command,
        )
    return said not in known
