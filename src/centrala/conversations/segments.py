"""How many message units a text takes on the air, which is what is paid for and what Azure's rates count.

3GPP TS 23.038 (the GSM 7-bit alphabet and its extension table) and 23.040 (concatenation); the reply box counts the
same in static/centrala/segments.js.
"""

from collections.abc import Iterable

ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("^{}\\[~]|€\f")
SEPTETS, SEPTETS_OF_PART = 160, 153
UNITS, UNITS_OF_PART = 70, 67  # of UTF-16


def count(text: str) -> int:
    """At least 1: what is sent is never empty."""
    if text and not (ALPHABET | EXTENSION).issuperset(text):
        return _parts((1 + (character > "\uffff") for character in text), UNITS, UNITS_OF_PART)
    return _parts((1 + (character in EXTENSION) for character in text), SEPTETS, SEPTETS_OF_PART)


def _parts(places: Iterable[int], whole: int, part: int) -> int:
    """A character of two places never straddles two parts."""
    places = list(places)
    if sum(places) <= whole:
        return 1
    parts = 1
    used = 0
    for place in places:
        if used + place > part:
            parts += 1
            used = 0
        used += place
    return parts
