"""What a system before us (an IVR, a carrier's box) sends along with a call: headers, read into names and values.

`User-to-User: k1=v1;k2=v2` as it stands, or as hex with `;encoding=hex` (RFC 7433); headers with a name of their own;
and those of calls over the internet. Nothing is raised: what cannot be read is noted with its reason, never its value.
https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/custom-context
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes

from django.db import models
from django.utils.translation import pgettext_lazy

from centrala.organization.fields import TURNING, UNFIT

USER_TO_USER = "User-To-User"  # in any case; as Microsoft's clients write it
REFERENCE = "CentralaCall"  # beside the variables: the conversation of a caller who was sent on
LONGEST_HEADER, LONGEST_NAME, LONGEST_VALUE = 4_096, 64, 500
MOST_HEADERS, MOST_PAIRS, MOST_NOTES = 100, 50, 20
SENT_AT_MOST = 256  # characters of a SIP header, the service's limit
NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
PREFIXES = ("x-ms-custom-", "x-")
PARAMETERS = {"encoding", "content", "purpose"}
HEX, ENCODING = "hex", "encoding"
DISCRIMINATORS = {0x00, 0x04}  # ISDN's first octet, of systems that pass it through
QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
PLAIN = ".!*_+~-"  # besides letters and digits, of what the service takes in a value


class Why(models.TextChoices):
    """Why something was not read."""

    TOO_LONG = "too_long", pgettext_lazy("sent along", "It is too long.")
    TOO_MANY = "too_many", pgettext_lazy("sent along", "There are too many: the rest was not read.")
    NO_TEXT = "no_text", pgettext_lazy("sent along", "It is no text.")
    BAD_HEX = "bad_hex", pgettext_lazy("sent along", "It is no hex: pairs of 0-9 and A-F, and nothing else.")
    NOT_UTF_8 = "not_utf_8", pgettext_lazy("sent along", "Its bytes are no UTF-8.")
    ENCODING = "encoding", pgettext_lazy("sent along", "Its encoding is not known: there is hex, or none.")
    NO_PAIR = "no_pair", pgettext_lazy("sent along", "It is no name=value.")
    BAD_QUOTES = "bad_quotes", pgettext_lazy("sent along", "A quotation mark is missing.")
    BAD_NAME = "bad_name", pgettext_lazy("sent along", "Letters, digits and _ make a name, up to 64 of them.")
    CONTROLS = "controls", pgettext_lazy("sent along", "It holds control characters.")
    TWICE = "twice", pgettext_lazy("sent along", "It came before: the first one counts.")
    NO_CALL = "no_call", pgettext_lazy("sent along", "No call of this reference was transferred within a day.")
    UNKNOWN = "unknown", pgettext_lazy("sent along", "The workstream has no variable of this name.")


Note = tuple[str, str]  # what was not read, and why


@dataclass
class Told:
    """`values` by name, in the order in which they came; `notes` are about what was not read."""

    values: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def note(self, what: str, why: Why) -> None:
        if len(self.notes) < MOST_NOTES:
            self.notes.append((_printable(what), why.value))

    def add(self, name: str, value: str) -> None:
        if NAME.fullmatch(name) is None:
            self.note(name, Why.BAD_NAME)
        elif name in self.values:
            self.note(name, Why.TWICE)
        elif len(self.values) >= MOST_PAIRS:
            self.note(name, Why.TOO_MANY)
        elif len(value) > LONGEST_VALUE:
            self.note(name, Why.TOO_LONG)
        elif any(unicodedata.category(letter) in UNFIT or letter in TURNING for letter in value):
            self.note(name, Why.CONTROLS)
        else:
            self.values[name] = value

    def known_as(self, names: set[str]) -> "Told":
        """What fills variables of these names, capital letters and all; the rest becomes notes."""
        kept = Told({name: value for name, value in self.values.items() if name in names}, list(self.notes))
        for name in self.values:
            if name not in names:
                kept.note(name, Why.UNKNOWN)
        return kept


def read(sip: object, voip: object) -> Told:
    """The headers as IncomingCall has them. User-to-User counts before a header of its own, that one before those of a
    call over the internet."""
    told = Told()
    every = [*_headers(sip), *_headers(voip)]
    if len(every) > MOST_HEADERS:
        told.note(every[MOST_HEADERS][0], Why.TOO_MANY)
    given = every[:MOST_HEADERS]
    for name, value in sorted(given, key=lambda header: not _is_user_to_user(header[0])):  # keeps the order else
        if not isinstance(value, str):
            told.note(name, Why.NO_TEXT)
        elif len(value) > LONGEST_HEADER:
            told.note(name, Why.TOO_LONG)
        elif _is_user_to_user(name):
            _read_user_to_user(value, told)
        else:
            told.add(_bare(name), value.strip())
    return told


def read_header(text: str) -> Told:
    """One User-to-User header, with or without its name."""
    return read({USER_TO_USER: header_of(text)}, {})


def header_of(text: str) -> str:
    """What stands behind the name, where somebody pasted the whole line."""
    name, colon, rest = text.partition(":")
    return rest if colon and _is_user_to_user(name) else text


def named_headers(lines: Iterable[str]) -> dict[str, str]:
    """Of lines as `Language: pl`."""
    pairs = (line.partition(":") for line in lines if line.strip())
    return {name.strip(): value for name, _colon, value in pairs}


def written(values: Mapping[str, str], *, as_hex: bool = False, most: int | None = None) -> str:
    """As a User-to-User header that `read` reads as the same. With `most` only as many of the first as there is room
    for."""
    text = ""
    for name, value in values.items():
        longer = f"{text};{name}={quote(value, safe=PLAIN)}".removeprefix(";")
        if most is not None and len(longer) > most:
            break
        text = longer
    return f"{text.encode().hex()};{ENCODING}={HEX}" if as_hex and text else text


def explained(notes: Iterable[Note]) -> list[Note]:
    """In the reader's language; a reason of a version that is no more stands as it is."""
    return [(what, str(Why(why).label) if why in Why.values else why) for what, why in notes]


def _headers(given: object) -> list[tuple[str, object]]:
    return [(str(name), value) for name, value in given.items()] if isinstance(given, Mapping) else []


def _is_user_to_user(name: str) -> bool:
    return _bare(name).lower() == USER_TO_USER.lower()


def _bare(name: str) -> str:
    """Without what custom headers of SIP begin with."""
    name = name.strip()
    for prefix in PREFIXES:
        if name.lower().startswith(prefix):
            return name[len(prefix) :]
    return name


def _read_user_to_user(value: str, told: Told) -> None:
    """Several values stand in one header with commas between, where each says how it is encoded; else a comma belongs
    to what was sent."""
    parts = list(_split(value, ","))
    several = len(parts) > 1 and all(ENCODING in _parameters(part) for part in parts)
    for part in parts if several else [value]:
        _read_value(part, told)


def _read_value(value: str, told: Told) -> None:
    encoding = _parameters(value).get(ENCODING, "")
    if encoding.lower() == HEX:
        _read_hex(next(_split(value, ";")), told)
    elif encoding:
        told.note(USER_TO_USER, Why.ENCODING)
    else:
        _read_pairs(_whole(value, told), told)


def _read_hex(digits: str, told: Told) -> None:
    digits = digits.strip().strip('"')
    if len(digits) % 2 or re.fullmatch("[0-9A-Fa-f]+", digits) is None:
        told.note(USER_TO_USER, Why.BAD_HEX)
        return
    octets = bytes.fromhex(digits)
    try:
        text = (octets[1:] if octets[0] in DISCRIMINATORS else octets).decode()
    except UnicodeDecodeError:
        told.note(USER_TO_USER, Why.NOT_UTF_8)
    else:
        _read_pairs(text, told)


def _whole(value: str, told: Told) -> str:
    """All pairs in one pair of quotation marks, or with every sign encoded that parts them, as some systems send
    them."""
    first, *rest = _split(value, ";")
    first = first.strip()
    if first.startswith('"') and all(_named(one) in PARAMETERS for one in rest):
        return _unquoted(first) or value
    if "=" not in value and "%3d" in value.lower():
        return _decoded(value) or value
    return value


def _read_pairs(text: str, told: Told) -> None:
    for part in _split(text, ";"):
        name, equals, value = (one.strip() for one in part.partition("="))
        if not part.strip() or (name.lower() in PARAMETERS and equals):
            continue
        plain = _unquoted(value) if value.startswith('"') else value
        decoded = None if plain is None else _decoded(plain)
        if not equals:
            told.note(USER_TO_USER if NAME.fullmatch(name) is None else name, Why.NO_PAIR)
        elif plain is None:
            told.note(name, Why.BAD_QUOTES)
        elif decoded is None:
            told.note(name, Why.NOT_UTF_8)
        else:
            told.add(name, decoded)


def _parameters(value: str) -> dict[str, str]:
    """Those of RFC 7433, behind the first part."""
    _data, *rest = _split(value, ";")
    found = {_named(one): one.partition("=")[2].strip().strip('"') for one in rest}
    return {name: told for name, told in found.items() if name in PARAMETERS}


def _named(part: str) -> str:
    return part.partition("=")[0].strip().lower()


def _split(text: str, sign: str) -> Iterator[str]:
    """At each of these signs that stands in no quotation marks."""
    begins, quoted, escaped = 0, False, False
    for place, letter in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and letter == "\\":
            escaped = True
        elif letter == '"':
            quoted = not quoted
        elif letter == sign and not quoted:
            yield text[begins:place]
            begins = place + 1
    yield text[begins:]


def _unquoted(text: str) -> str | None:
    """None where the last quotation mark is missing."""
    inner = text[1:-1]
    closed = len(text) > 1 and text.endswith('"') and not QUOTED_PAIR.sub("", inner).endswith("\\")
    return QUOTED_PAIR.sub(r"\1", inner) if closed else None


def _decoded(text: str) -> str | None:
    """What stands as %41 in it; None where that is no UTF-8. A percent sign by itself stays."""
    try:
        return unquote_to_bytes(text).decode()
    except (UnicodeDecodeError, UnicodeEncodeError):
        return None


def _printable(name: str) -> str:
    """A name that somebody outside chose, fit for a page and the database."""
    fit = (letter for letter in name[:LONGEST_NAME] if unicodedata.category(letter) not in UNFIT)
    return "".join(letter for letter in fit if letter not in TURNING) or "?"
