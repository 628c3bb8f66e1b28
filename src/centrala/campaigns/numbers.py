"""A customer's number as it stands in a file."""

import re

import phonenumbers

from centrala.campaigns.models import Why
from centrala.sheets import SHORTENED, unwrapped

WRITTEN = re.compile(r"\+?[\d\s\u00a0()./-]+")


def region_of(sender: str) -> str | None:
    """The country in which numbers without a country code are taken to be: the sender's own."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(sender))
    except phonenumbers.NumberParseException:
        return None


def read(cell: str, *, region: str | None) -> str | Why:
    """E.164, or why it is none. Without a plus it is one of the sender's country where there is such a number, else one
    with its country code."""
    cell = unwrapped(cell)
    if SHORTENED.fullmatch(cell):
        return Why.EXCEL
    if not WRITTEN.fullmatch(cell):
        return Why.INVALID
    international = f"+{cell[2:]}" if cell.startswith("00") else cell
    if international.startswith("+"):
        return _e164(international, None) or Why.INVALID
    home = _e164(cell, region) if region else None
    return home or _e164(f"+{cell}", None) or Why.INVALID


def _e164(text: str, region: str | None) -> str | None:
    """Stricter than for one number that somebody types (conversations.customers): nobody looks at each of thousands."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return (
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_valid_number(parsed)
        else None
    )
