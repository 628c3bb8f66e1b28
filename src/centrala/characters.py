"""What a text from outside may hold."""

import re
from typing import Any

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
LEVELS = 50  # more than anybody nests who means something by it


def storable(text: str) -> str:
    """The text with what PostgreSQL and UTF-8 cannot hold (NUL, lone surrogates) replaced by U+FFFD."""
    if text.isascii() and "\0" not in text:  # nearly every one, and thousands a second
        return text
    return UNSTORABLE.sub("\ufffd", text)


def storable_json(value: Any, *, levels: int = LEVELS) -> Any:  # as a JSON decoder returns it
    """The same of every text in it, names among them. What lies deeper than so many levels is left out."""
    if isinstance(value, str):
        return storable(value)
    if not isinstance(value, (dict, list)):
        return value
    if not levels:
        return None
    if isinstance(value, dict):
        return {storable(name): storable_json(inner, levels=levels - 1) for name, inner in value.items()}
    return [storable_json(inner, levels=levels - 1) for inner in value]
