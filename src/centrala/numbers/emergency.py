"""Emergency numbers: nobody calls them through the hub, which can tell no rescuer where the caller is.

Google's libphonenumber knows them of each country, by the port `phonenumbers`.
"""

import re
from functools import lru_cache

from django.utils.translation import gettext as _
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_SHORT_REGIONS, is_emergency_number

from centrala.errors import Refused

LONGEST = 6  # digits; whatever is longer names somebody
NO_DIGITS = re.compile(r"[^\d]")


@lru_cache(maxsize=1_000)
def is_emergency(number: str) -> bool:
    """As somebody dials it, 112, or with a country's code, +48112, 0048112. Bare digits count wherever in the world
    they call for help: who dials 911 from Poland means it, too."""
    text = number.strip()
    digits = NO_DIGITS.sub("", text)
    international = digits if text.startswith("+") else digits[2:] if digits.startswith("00") else ""
    if any(_calls_for_help(rest, regions) for rest, regions in _nationally(international)):
        return True
    return not text.startswith("+") and _calls_for_help(digits, tuple(SUPPORTED_SHORT_REGIONS))


def refuse_emergency(text: str) -> None:
    """Raises Refused, with the field `number`."""
    if is_emergency(text):
        raise Refused(
            _(
                "This is an emergency number, which cannot be called from here: the rescuers could not see where you "
                "are. Fix: call it from a telephone, at once."
            ),
            field="number",
        )


def _nationally(digits: str) -> list[tuple[str, tuple[str, ...]]]:
    codes = [int(digits[:length]) for length in (1, 2, 3) if len(digits) > length]
    return [
        (digits[len(str(code)) :], COUNTRY_CODE_TO_REGION_CODE[code])
        for code in codes
        if code in COUNTRY_CODE_TO_REGION_CODE
    ]


def _calls_for_help(digits: str, regions: tuple[str, ...]) -> bool:
    return 2 < len(digits) <= LONGEST and any(is_emergency_number(digits, region) for region in regions)
