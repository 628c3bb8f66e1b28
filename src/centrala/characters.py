"""What a text from outside may hold."""

import re

UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with what PostgreSQL and UTF-8 cannot hold (NUL, lone surrogates) replaced by U+FFFD."""
    if text.isascii() and "\0" not in text:  # nearly every one, and thousands a second
        return text
    return UNSTORABLE.sub("\ufffd", text)
