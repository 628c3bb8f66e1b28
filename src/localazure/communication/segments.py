"""How many messages a text takes on the air, which is how many are paid.

https://learn.microsoft.com/azure/communication-services/concepts/sms/concepts
"""

from collections.abc import Iterable

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # two septets each: an escape goes before
GSM_SINGLE, GSM_PART = 160, 153
UCS_SINGLE, UCS_PART = 70, 67


def segments(text: str) -> int:
    if BASIC.issuperset(text):  # nearly every text, at a fraction of the cost
        return 1 if len(text) <= GSM_SINGLE else -(-len(text) // GSM_PART)
    if (BASIC | EXTENDED).issuperset(text):
        return _parts([1 + (char in EXTENDED) for char in text], GSM_SINGLE, GSM_PART)
    return _parts([1 + (ord(char) > 0xFFFF) for char in text], UCS_SINGLE, UCS_PART)


def _parts(widths: Iterable[int], single: int, part: int) -> int:
    """A character is never cut in two: an escape and what follows, or a surrogate pair, move on together."""
    widths = list(widths)
    if sum(widths) <= single:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > part:
            count, used = count + 1, 0
        used += width
    return count
