"""Which language a page speaks: this browser's choice, else the best that it asks for."""

import re

from starlette.requests import Request

LANGUAGES = {"en": "English", "pl": "Polski"}
COOKIE = "localazure_language"
RANGE = re.compile(r"\s*([A-Za-z]+)(?:-[\w-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*")


def language_of(request: Request) -> str:
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else preferred(request.headers.get("accept-language", ""))


def preferred(accepted: str) -> str:
    """The best of ours in an Accept-Language header; of two with the same weight the first (RFC 9110, 12.5.4)."""
    best, highest = "en", 0.0
    for part in accepted.split(","):
        match = RANGE.fullmatch(part)
        if match is None or match[1].lower() not in LANGUAGES:
            continue
        weight = float(match[2] or 1)
        if weight > highest:
            best, highest = match[1].lower(), weight
    return best
