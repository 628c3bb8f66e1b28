"""Countries by what telephone numbers say of them, and what people call them."""

from functools import lru_cache

import phonenumbers
from babel import Locale

WORLD = "001"  # what has a country's code and belongs to none: satellites, toll-free numbers of the world


@lru_cache(maxsize=8)
def names(language: str) -> dict[str, str]:
    """Of all that can be called, in the order of their names."""
    territories = Locale.parse(language, sep="-").territories
    known = [(territories.get(code, code), code) for code in phonenumbers.SUPPORTED_REGIONS]
    return {code: name for name, code in sorted(known)}


def code_of(number: str) -> str:
    """The country (ISO 3166-1) of a number in E.164; "" for one of none."""
    region = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    return "" if region in (None, WORLD) else str(region)
